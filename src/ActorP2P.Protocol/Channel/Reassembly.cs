using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Channel;

/// <summary>What a chunk did.</summary>
internal enum ChunkOutcome
{
    /// <summary>Kept; more to come.</summary>
    Kept,

    /// <summary>The message is whole.</summary>
    Complete,

    /// <summary>The last chunk of a message that was refused for its size.</summary>
    RefusedTooLarge,

    /// <summary>The last chunk of a message that was refused for want of memory.</summary>
    RefusedBusy,

    /// <summary>Chunks out of order, a length that does not fit: the link must end.</summary>
    Malformed,
}

/// <summary>
/// Puts one large message of one lane together. Lanes are first in first out, so there is never more than one under
/// way in a lane. A refused message is skipped to its end, so the lane goes on behind it.
/// </summary>
internal sealed class Reassembly(ChannelSettings settings, ReassemblyBudget budget, NodeId remote) : IDisposable
{
    // A payload of 64 KiB with its entry header fits at once; arrays from 85,000 bytes on are freed by full collections only.
    private const int FirstBufferBytes = 80 * 1024;

    // Memory is at most so many times what has arrived, and each byte of a long message is copied a third more often than once.
    private const long GrowthFactor = 4;

    private byte[] _buffer = [];
    private byte[] _start = [];
    private int _filledBytes;
    private int _totalBytes;
    private long _reservedBytes;
    private uint _nextIndex;
    private ChunkOutcome _refusal = ChunkOutcome.Kept;

    /// <summary>True between the first and the last chunk.</summary>
    public bool IsUnderWay => _nextIndex > 0;

    /// <summary>When the message under way must be whole.</summary>
    public DateTimeOffset Deadline { get; private set; }

    /// <summary>The first bytes of the message under way: enough for its entry header and fixed fields.</summary>
    public ReadOnlySpan<byte> Start => _start;

    /// <summary>Takes the next chunk; <paramref name="message"/> is set when the outcome is Complete.</summary>
    public ChunkOutcome Add(in FrameHeader header, ReadOnlySpan<byte> chunk, DateTimeOffset now, out ReadOnlyMemory<byte> message)
    {
        message = default;
        if (header.Chunk != _nextIndex || (header.Chunk == 0 && !Begin(chunk)))
        {
            return ChunkOutcome.Malformed;
        }

        if (_nextIndex++ == 0)
        {
            Deadline = now + settings.ReassemblyTimeout;
        }

        var isLast = (header.Flags & FrameFlags.LastChunk) != 0;
        if (chunk.Length > _totalBytes - _filledBytes || (isLast && chunk.Length != _totalBytes - _filledBytes) || chunk.IsEmpty)
        {
            return ChunkOutcome.Malformed;
        }

        Keep(chunk);
        if (!isLast)
        {
            return ChunkOutcome.Kept;
        }

        var outcome = _refusal == ChunkOutcome.Kept ? ChunkOutcome.Complete : _refusal;
        message = outcome == ChunkOutcome.Complete ? _buffer.AsMemory(0, _filledBytes) : default;
        Reset();
        return outcome;
    }

    public void Dispose() => Reset();

    private bool Begin(ReadOnlySpan<byte> chunk)
    {
        if (!EntryCodec.TryReadHeader(chunk, out _, out _, out var lengthBytes) || lengthBytes > int.MaxValue - EntryCodec.HeaderLengthBytes)
        {
            return false;
        }

        _totalBytes = EntryCodec.HeaderLengthBytes + (int)lengthBytes;
        _start = chunk[..Math.Min(chunk.Length, 32)].ToArray();
        var maxEntryBytes = (long)settings.MaxMessageBytes + settings.MaxTypeNameBytes + 32;
        if (_totalBytes > maxEntryBytes)
        {
            _refusal = ChunkOutcome.RefusedTooLarge;
        }
        else if (!budget.TryReserve(remote, _totalBytes))
        {
            _refusal = ChunkOutcome.RefusedBusy;
        }
        else
        {
            _reservedBytes = _totalBytes;
            _buffer = GC.AllocateUninitializedArray<byte>(Math.Min(_totalBytes, FirstBufferBytes));
        }

        return true;
    }

    private void Keep(ReadOnlySpan<byte> chunk)
    {
        if (_refusal == ChunkOutcome.Kept)
        {
            if (_filledBytes + chunk.Length > _buffer.Length)
            {
                var size = (int)Math.Min(_totalBytes, Math.Max(_buffer.Length * GrowthFactor, _filledBytes + (long)chunk.Length));
                var larger = GC.AllocateUninitializedArray<byte>(size);
                _buffer.AsSpan(0, _filledBytes).CopyTo(larger);
                _buffer = larger;
            }

            chunk.CopyTo(_buffer.AsSpan(_filledBytes));
        }

        _filledBytes += chunk.Length;
    }

    private void Reset()
    {
        budget.Release(remote, _reservedBytes);
        _reservedBytes = 0;
        _buffer = [];
        _filledBytes = 0;
        _totalBytes = 0;
        _nextIndex = 0;
        _refusal = ChunkOutcome.Kept;
    }
}
