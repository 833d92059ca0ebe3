using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Session;

/// <summary>
/// Turns plaintext into records of one (pair, namespace, lane, direction). Every record it makes must be sent, in this
/// order: the far side treats a gap as an attack. Not safe for concurrent use.
/// </summary>
public sealed class RecordSealer : IDisposable
{
    private readonly RecordCipher? _cipher;
    private readonly Lane _lane;
    private readonly ulong _tag;
    private readonly ulong _maxRecords;

    internal RecordSealer(RecordCipher? cipher, Lane lane, ulong tag, ulong maxRecords)
    {
        _cipher = cipher;
        _lane = lane;
        _tag = tag;
        _maxRecords = maxRecords;
    }

    /// <summary>Bytes that sealing adds behind the plaintext: 16, or 0 with encryption off.</summary>
    public int OverheadBytes => _cipher is null ? 0 : AeadSuite.TagLengthBytes;

    /// <summary>The counter of the next record; from 0 without gaps.</summary>
    public ulong NextCounter { get; private set; }

    /// <summary>True when the session's record limit is reached: the pair must shake hands anew.</summary>
    public bool Exhausted => NextCounter >= _maxRecords;

    /// <summary>
    /// Seals a plaintext that stands at offset <see cref="FrameHeader.LengthBytes"/> of <paramref name="buffer"/>,
    /// with room for <see cref="OverheadBytes"/> behind it. Writes the header and encrypts in place.
    /// </summary>
    /// <param name="buffer">Header room, plaintext, tag room.</param>
    /// <param name="plaintextLength">Bytes of plaintext.</param>
    /// <param name="flags">Chunk, LastChunk and Compressed as they apply; Sealed is set here.</param>
    /// <param name="chunk">Chunk index; 0 without the Chunk flag.</param>
    /// <returns>Header, body and tag: the slice of <paramref name="buffer"/> to send.</returns>
    /// <exception cref="ArgumentException">The buffer is too short.</exception>
    /// <exception cref="InvalidOperationException">The sealer is <see cref="Exhausted"/>.</exception>
    public ReadOnlyMemory<byte> SealInPlace(byte[] buffer, int plaintextLength, FrameFlags flags, uint chunk)
    {
        var total = FrameHeader.LengthBytes + plaintextLength + OverheadBytes;
        if (plaintextLength < 0 || buffer.Length < total)
        {
            throw new ArgumentException($"The buffer has {buffer.Length} bytes and the record needs {total}.", nameof(buffer));
        }

        if (Exhausted)
        {
            throw new InvalidOperationException($"The record limit of lane {_lane} is reached.");
        }

        var sealedFlag = _cipher is null ? FrameFlags.None : FrameFlags.Sealed;
        var header = new FrameHeader(
            (uint)(plaintextLength + OverheadBytes),
            FrameKind.Record,
            _lane,
            (flags & ~FrameFlags.Sealed) | sealedFlag,
            Hops: 0,
            Generation: 0,
            chunk,
            _tag,
            NextCounter);
        header.Write(buffer);
        _cipher?.Seal(
            NextCounter,
            buffer.AsSpan(FrameHeader.LengthBytes, plaintextLength),
            buffer.AsSpan(FrameHeader.LengthBytes + plaintextLength, AeadSuite.TagLengthBytes),
            buffer.AsSpan(0, FrameHeader.LengthBytes));
        NextCounter++;
        return buffer.AsMemory(0, total);
    }

    /// <inheritdoc />
    public void Dispose() => _cipher?.Dispose();
}
