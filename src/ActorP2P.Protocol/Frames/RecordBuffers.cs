using System.Runtime.InteropServices;

namespace ActorP2P.Protocol.Frames;

/// <summary>
/// Buffers of large outgoing records, used again and so still in the processor's cache. Whoever has written a record and
/// is its last owner may give its buffer back; one that nobody gives back goes to the garbage collector, so no lease can
/// be forgotten. Received buffers never come here: modules may keep slices of them. Safe to share between threads.
/// </summary>
/// <param name="maxFree">Buffers kept for the next records; more are left to the garbage collector.</param>
public sealed class RecordBuffers(int maxFree)
{
    /// <summary>
    /// Bytes of every buffer: a frame of the default <c>link.max-frame-bytes</c> fits, and it stays below the 85,000 bytes
    /// from which .NET puts arrays on the large object heap. The length alone tells them apart: an array of the same length that
    /// somebody else made has no other owner either once a connection has written it.
    /// </summary>
    public const int LengthBytes = (72 * 1024) + 24;

    // Below it the rest of a buffer would be wasted while the record waits.
    private const int MinRecordBytes = LengthBytes / 2;

    private readonly Lock _gate = new();
    private readonly byte[][] _free = new byte[maxFree][];
    private int _count;

    /// <summary>The process's: about as many as two links hold under way, 4.5 MiB at most.</summary>
    public static RecordBuffers Shared { get; } = new(64);

    /// <summary>A buffer of at least this length, with anything in it; one of its own where no other fits.</summary>
    public byte[] Take(int lengthBytes)
    {
        if (lengthBytes is < MinRecordBytes or > LengthBytes)
        {
            return GC.AllocateUninitializedArray<byte>(lengthBytes);
        }

        lock (_gate)
        {
            if (_count > 0)
            {
                var buffer = _free[--_count];
                _free[_count] = null!;
                return buffer;
            }
        }

        return GC.AllocateUninitializedArray<byte>(LengthBytes);
    }

    /// <summary>Gives back the buffer of a record, if it is one of these. The caller was the last to hold it.</summary>
    public void Return(ReadOnlyMemory<byte> record)
    {
        if (!MemoryMarshal.TryGetArray(record, out var segment) || segment.Array!.Length != LengthBytes || segment.Offset != 0)
        {
            return;
        }

        lock (_gate)
        {
            if (_count < _free.Length)
            {
                _free[_count++] = segment.Array;
            }
        }
    }
}
