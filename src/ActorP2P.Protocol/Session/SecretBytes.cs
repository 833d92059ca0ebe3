using System.Security.Cryptography;

namespace ActorP2P.Protocol.Session;

/// <summary>Secret bytes in pinned memory, which the garbage collector never copies, zeroed on dispose or finalization.</summary>
internal sealed class SecretBytes : IDisposable
{
    private readonly int _length;
    private SecretSlot? _slot;

    public SecretBytes(int length)
    {
        _length = length;
        _slot = SecretSlot.Take(length);
    }

    // Not given back: somebody may still hold the span, and must find zeros rather than another's secret.
    ~SecretBytes() => _slot?.Clear();

    /// <summary>The secret; all zero once disposed.</summary>
    public Span<byte> Span => _slot is { } slot ? slot.Span(_length) : new byte[_length];

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _slot, null) is { } slot)
        {
            slot.Clear();
            SecretSlot.Return(slot);
        }

        GC.SuppressFinalize(this);
    }

    public override string ToString() => "secret";
}

/// <summary>
/// A place for one secret in a pinned array that many share. The platform searches a list for each small pinned array,
/// which took a quarter of the time that a thousand links need to come up.
/// </summary>
internal sealed class SecretSlot
{
    /// <summary>Longest secret that shares an array; the longest key or hash of any suite.</summary>
    public const int SharedBytes = 64;

    private const int SlotsPerArray = 64;

    private static readonly Lock Gate = new();
    private static readonly Stack<SecretSlot> Free = new();

    private readonly byte[] _array;
    private readonly int _offset;
    private readonly int _length;

    private SecretSlot(byte[] array, int offset, int length) => (_array, _offset, _length) = (array, offset, length);

    /// <summary>A zeroed place of at least this length.</summary>
    public static SecretSlot Take(int length)
    {
        if (length > SharedBytes)
        {
            return new SecretSlot(GC.AllocateArray<byte>(length, pinned: true), 0, length);
        }

        lock (Gate)
        {
            if (Free.Count == 0)
            {
                var array = GC.AllocateArray<byte>(SlotsPerArray * SharedBytes, pinned: true);
                for (var i = SlotsPerArray - 1; i >= 0; i--)
                {
                    Free.Push(new SecretSlot(array, i * SharedBytes, SharedBytes));
                }
            }

            return Free.Pop();
        }
    }

    /// <summary>Gives a cleared place back that nobody uses any more.</summary>
    public static void Return(SecretSlot slot)
    {
        if (slot._length == SharedBytes)
        {
            lock (Gate)
            {
                Free.Push(slot);
            }
        }
    }

    public Span<byte> Span(int length) => _array.AsSpan(_offset, length);

    public void Clear() => CryptographicOperations.ZeroMemory(_array.AsSpan(_offset, _length));
}
