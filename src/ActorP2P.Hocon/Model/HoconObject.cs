using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace ActorP2P.Hocon;

/// <summary>Keys with values, in the order of first mention. Immutable.</summary>
public sealed class HoconObject : HoconValue, IReadOnlyDictionary<string, HoconValue>
{
    private readonly OrderedDictionary<string, HoconValue> _items;

    internal HoconObject(OrderedDictionary<string, HoconValue> items, HoconOrigin origin)
        : base(origin)
    {
        _items = items;
        TreeSize = 1 + items.Values.Sum(static v => v.TreeSize);
    }

    /// <inheritdoc/>
    public override HoconValueKind Kind => HoconValueKind.Object;

    /// <summary>The fields.</summary>
    public IReadOnlyDictionary<string, HoconValue> Items => this;

    /// <summary>Number of fields.</summary>
    public int Count => _items.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _items.Keys;

    /// <inheritdoc/>
    public IEnumerable<HoconValue> Values => _items.Values;

    internal override long TreeSize { get; }

    /// <summary>The value of a key (one key, not a path).</summary>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public HoconValue this[string key] => _items[key];

    /// <summary>The value of a key (one key, not a path), null when there is none.</summary>
    public HoconValue? GetKey(string key) => _items.GetValueOrDefault(key);

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _items.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out HoconValue value) => _items.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, HoconValue>> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <summary>The value at a path below this object, null when there is none.</summary>
    public HoconValue? Find(HoconPath path)
    {
        HoconValue current = this;
        foreach (var key in path.Elements)
        {
            if (current is not HoconObject at || !at.TryGetValue(key, out var next))
                return null;
            current = next;
        }

        return current;
    }

    /// <summary>
    /// Every value below this object that is not an object with fields, with its full path: simple values,
    /// arrays (whole) and empty objects. The basis for finding keys that nothing reads.
    /// </summary>
    public IEnumerable<KeyValuePair<HoconPath, HoconValue>> Leaves() => Leaves(HoconPath.Root);

    internal IEnumerable<KeyValuePair<HoconPath, HoconValue>> Leaves(HoconPath prefix)
    {
        var pending = new Stack<(HoconPath Path, HoconValue Value)>();
        pending.Push((prefix, this));
        while (pending.TryPop(out var next))
        {
            if (next.Value is not HoconObject { Count: > 0 } inner)
            {
                // An empty root has no leaf of its own.
                if (!ReferenceEquals(next.Value, this))
                    yield return new(next.Path, next.Value);
                continue;
            }

            foreach (var (key, value) in inner._items.Reverse())
                pending.Push((next.Path.Child(key), value));
        }
    }
}
