using System.Collections;

namespace ActorP2P.Hocon;

/// <summary>A list of values. Immutable.</summary>
public sealed class HoconArray : HoconValue, IReadOnlyList<HoconValue>
{
    private readonly HoconValue[] _elements;

    internal HoconArray(HoconValue[] elements, HoconOrigin origin)
        : base(origin)
    {
        _elements = elements;
        TreeSize = 1 + elements.Sum(static e => e.TreeSize);
    }

    /// <inheritdoc/>
    public override HoconValueKind Kind => HoconValueKind.Array;

    /// <summary>Number of elements.</summary>
    public int Count => _elements.Length;

    /// <summary>The element at a position from 0.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such element.</exception>
    public HoconValue this[int index] => _elements[index];

    internal override long TreeSize { get; }

    /// <inheritdoc/>
    public IEnumerator<HoconValue> GetEnumerator() => ((IEnumerable<HoconValue>)_elements).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _elements.GetEnumerator();
}
