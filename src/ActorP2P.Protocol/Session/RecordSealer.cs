using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Session;

/// <summary>
/// Turns plaintext into records of one (pair, namespace, lane, direction). Every record it makes must be sent, in this
/// order: the far side treats a gap as an attack. Not safe for concurrent use.
/// </summary>
public sealed class RecordSealer : IDisposable
{
    private readonly Lane _lane;
    private readonly ulong _tag;
    private readonly SessionTerms _terms;
    private readonly GenerationUsage _usage;
    private GenerationSecret? _secret;
    private RecordCipher? _cipher;
    private long _sealedUnderKey;

    internal RecordSealer(GenerationSecret? secret, Lane lane, ulong tag, SessionTerms terms, GenerationUsage usage)
    {
        _secret = secret;
        _lane = lane;
        _tag = tag;
        _terms = terms;
        _usage = usage;
    }

    /// <summary>Bytes that sealing adds behind the plaintext: 16, or 0 with encryption off.</summary>
    public int OverheadBytes => _secret is null ? 0 : AeadSuite.TagLengthBytes;

    /// <summary>The counter of the next record; from 0 without gaps.</summary>
    public ulong NextCounter { get; private set; }

    /// <summary>True when the key has sealed all it may and no fresh one came: the session must end. Never with encryption off.</summary>
    public bool Exhausted => _secret is not null && _sealedUnderKey >= _terms.Rekey.MaxRecordsPerKey;

    /// <summary>The generation of the next record's key.</summary>
    public uint Generation => _secret?.Number ?? 0;

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
    public ReadOnlyMemory<byte> SealInPlace(byte[] buffer, int plaintextLength, FrameFlags flags, uint chunk) =>
        Seal(buffer, plaintextLength, flags & ~FrameFlags.Rekey, chunk);

    /// <inheritdoc />
    public void Dispose() => _cipher?.Dispose();

    /// <summary>Seals a message of the key change itself.</summary>
    internal ReadOnlyMemory<byte> SealRekey(ReadOnlySpan<byte> message)
    {
        var buffer = new byte[FrameHeader.LengthBytes + message.Length + OverheadBytes];
        message.CopyTo(buffer.AsSpan(FrameHeader.LengthBytes));
        return Seal(buffer, message.Length, FrameFlags.Rekey, 0);
    }

    /// <summary>From the next record on this generation's key is used; the old one is erased.</summary>
    internal void MoveTo(GenerationSecret next)
    {
        _cipher?.Dispose();
        _cipher = null;
        _secret = next;
        _sealedUnderKey = 0;
    }

    private ReadOnlyMemory<byte> Seal(byte[] buffer, int plaintextLength, FrameFlags flags, uint chunk)
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

        var sealedFlag = _secret is null ? FrameFlags.None : FrameFlags.Sealed;
        var header = new FrameHeader(
            (uint)(plaintextLength + OverheadBytes),
            FrameKind.Record,
            _lane,
            (flags & ~FrameFlags.Sealed) | sealedFlag,
            Generation,
            chunk,
            _tag,
            NextCounter);
        header.Write(buffer);
        if (_secret is not null)
        {
            _cipher ??= _secret.Cipher(_lane, _terms.Outbound);
            _cipher.Seal(
                NextCounter,
                buffer.AsSpan(FrameHeader.LengthBytes, plaintextLength),
                buffer.AsSpan(FrameHeader.LengthBytes + plaintextLength, AeadSuite.TagLengthBytes),
                buffer.AsSpan(0, FrameHeader.LengthBytes));
        }

        NextCounter++;
        _sealedUnderKey++;
        _usage.Add(total);
        return buffer.AsMemory(0, total);
    }
}
