using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Session;

/// <summary>What opening a record came to. Everything but <see cref="Opened"/> ends the link: below it is a reliable stream.</summary>
public enum RecordVerdict
{
    /// <summary>The plaintext is authentic and next in order.</summary>
    Opened,

    /// <summary>Header, body or tag was changed, or the record was sealed with another key.</summary>
    Tampered,

    /// <summary>A record before this one is missing.</summary>
    CounterGap,

    /// <summary>The record, or a later one, came before.</summary>
    CounterRepeated,

    /// <summary>The key generation is not the one in force.</summary>
    WrongGeneration,

    /// <summary>More records than a session may carry.</summary>
    Exhausted,

    /// <summary>A clear record where encryption is on.</summary>
    NotSealed,

    /// <summary>Not a record of this session and lane, too short for its tag, or sealed where encryption is off.</summary>
    Malformed,
}

/// <summary>
/// Opens the records of one (pair, namespace, lane, direction), strictly in order. After its first refusal it refuses
/// everything for the same reason. Not safe for concurrent use.
/// </summary>
public sealed class RecordOpener : IDisposable
{
    private readonly RecordCipher? _cipher;
    private readonly Lane _lane;
    private readonly ulong _tag;
    private readonly ulong _maxRecords;
    private RecordVerdict _state = RecordVerdict.Opened;

    internal RecordOpener(RecordCipher? cipher, Lane lane, ulong tag, ulong maxRecords)
    {
        _cipher = cipher;
        _lane = lane;
        _tag = tag;
        _maxRecords = maxRecords;
    }

    /// <summary>The counter that the next record must have.</summary>
    public ulong NextCounter { get; private set; }

    /// <summary>Verifies and decrypts in place. The plaintext is a slice of the frame's own bytes.</summary>
    public RecordVerdict Open(in Frame frame, out ReadOnlyMemory<byte> plaintext)
    {
        plaintext = default;
        if (_state != RecordVerdict.Opened)
        {
            return _state;
        }

        _state = Judge(frame.Header, frame.Body.Length);
        if (_state != RecordVerdict.Opened)
        {
            return _state;
        }

        var body = frame.Body;
        if (_cipher is not null)
        {
            var text = body[..^AeadSuite.TagLengthBytes];
            var tag = body.Span[^AeadSuite.TagLengthBytes..];
            if (!_cipher.TryOpen(NextCounter, text.Span, tag, frame.Bytes.Span[..FrameHeader.LengthBytes]))
            {
                _state = RecordVerdict.Tampered;
                return _state;
            }

            body = text;
        }

        NextCounter++;
        plaintext = body;
        return RecordVerdict.Opened;
    }

    /// <inheritdoc />
    public void Dispose() => _cipher?.Dispose();

    // The cipher authenticates the header's bytes, and these checks read its decoded form: one must be the other.
    private RecordVerdict Judge(in FrameHeader header, int bodyLength)
    {
        if (header.Kind != FrameKind.Record || header.Session != _tag || header.Lane != _lane || header.BodyLengthBytes != bodyLength)
        {
            return RecordVerdict.Malformed;
        }

        var isSealed = (header.Flags & FrameFlags.Sealed) != 0;
        if (isSealed != (_cipher is not null))
        {
            return isSealed ? RecordVerdict.Malformed : RecordVerdict.NotSealed;
        }

        if (_cipher is not null && bodyLength < AeadSuite.TagLengthBytes)
        {
            return RecordVerdict.Malformed;
        }

        if (header.Generation != 0)
        {
            return RecordVerdict.WrongGeneration;
        }

        if (header.Counter != NextCounter)
        {
            return header.Counter < NextCounter ? RecordVerdict.CounterRepeated : RecordVerdict.CounterGap;
        }

        return NextCounter >= _maxRecords ? RecordVerdict.Exhausted : RecordVerdict.Opened;
    }
}
