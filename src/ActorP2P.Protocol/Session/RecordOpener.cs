using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Session;

/// <summary>
/// Opens the records of one (pair, namespace, lane, direction): strictly in order, or each by itself within a window
/// (<see cref="RecordOrder"/>). In order, after its first refusal it refuses everything for the same reason. Messages
/// about keys are its session's own: they open as records without plaintext. Not safe for concurrent use.
/// </summary>
public sealed class RecordOpener : IDisposable
{
    private readonly Lane _lane;
    private readonly ulong _tag;
    private readonly SessionTerms _terms;
    private readonly GenerationUsage _usage;
    private readonly ReplayWindow? _window;
    private LaneKey? _current;
    private LaneKey? _next;
    private ulong? _switchAt;
    private ulong _movedAt;
    private ulong _nextInOrder;
    private RecordVerdict _refused = RecordVerdict.Opened;

    internal RecordOpener(GenerationSecret? secret, Lane lane, ulong tag, SessionTerms terms, GenerationUsage usage, RecordOrder order)
    {
        _current = secret is null ? null : new LaneKey(secret);
        _lane = lane;
        _tag = tag;
        _terms = terms;
        _usage = usage;
        _window = order.IsWindow ? new ReplayWindow(order.WindowRecords) : null;
    }

    /// <summary>The counter that the next record must have; in a window, one more than the highest seen.</summary>
    public ulong NextCounter => _window?.Next ?? _nextInOrder;

    /// <summary>The generation of the oldest key that is kept.</summary>
    public uint Generation => _current?.Secret.Number ?? 0;

    /// <summary>Takes the session's own messages; null on every lane but control.</summary>
    internal SessionRekey? Rekey { get; set; }

    /// <summary>Verifies and decrypts in place. The plaintext is a slice of the frame's own bytes.</summary>
    public RecordVerdict Open(in Frame frame, out ReadOnlyMemory<byte> plaintext)
    {
        plaintext = default;
        if (_refused != RecordVerdict.Opened)
        {
            return _refused;
        }

        var verdict = TryOpen(frame, out plaintext);

        // In a window anybody on the way can add a record: it must not end what the far end and we have.
        if (verdict != RecordVerdict.Opened && (_window is null || verdict == RecordVerdict.RekeyRefused))
        {
            _refused = verdict;
        }

        return verdict;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _current?.Dispose();
        _next?.Dispose();
    }

    /// <summary>Keys for records to come; in order they are used from <see cref="SwitchAt"/> on.</summary>
    internal void Expect(GenerationSecret next) => _next = new LaneKey(next);

    /// <summary>The far end says at which counter its new key begins. False when that cannot be.</summary>
    internal bool SwitchAt(ulong counter)
    {
        if (_next is null)
        {
            return _movedAt == counter;
        }

        if (_window is null && counter < _nextInOrder)
        {
            return false;
        }

        _switchAt = counter;
        MoveWhenDue();
        return true;
    }

    /// <summary>Erases the old key whether or not records under it are missing.</summary>
    internal void MoveOn()
    {
        if (_next is not null)
        {
            _current!.Dispose();
            _current = _next;
            _next = null;
            _switchAt = null;
        }
    }

    private RecordVerdict TryOpen(in Frame frame, out ReadOnlyMemory<byte> plaintext)
    {
        plaintext = default;
        var header = frame.Header;
        var verdict = Judge(header, frame.Body.Length, out var key);
        if (verdict != RecordVerdict.Opened)
        {
            return verdict;
        }

        var body = frame.Body;
        if (key is not null)
        {
            var text = body[..^AeadSuite.TagLengthBytes];
            var tag = body.Span[^AeadSuite.TagLengthBytes..];
            if (!key.Cipher(_lane, _terms.Inbound).TryOpen(header.Counter, text.Span, tag, frame.Bytes.Span[..FrameHeader.LengthBytes]))
            {
                return RecordVerdict.Tampered;
            }

            body = text;
            key.Opened++;
        }

        Advance(header.Counter, key);
        _usage.Add(frame.Bytes.Length);
        if ((header.Flags & FrameFlags.Rekey) != 0)
        {
            return Rekey!.Receive(body, header) ? RecordVerdict.Opened : RecordVerdict.RekeyRefused;
        }

        plaintext = body;
        return RecordVerdict.Opened;
    }

    private void Advance(ulong counter, LaneKey? key)
    {
        _window?.Mark(counter);
        _nextInOrder++;
        if (_window is null && key is not null && key == _next)
        {
            _movedAt = counter;
            MoveOn();
        }

        MoveWhenDue();
    }

    private void MoveWhenDue()
    {
        // In a window, once the last record under the old key has slid out of it.
        var isDue = _window is null
            ? _switchAt == _nextInOrder
            : _switchAt <= _window.Next && _window.Next - _switchAt >= (ulong)_window.Records;
        if (isDue)
        {
            MoveOn();
        }
    }

    // The cipher authenticates the header's bytes, and these checks read its decoded form: one must be the other.
    private RecordVerdict Judge(in FrameHeader header, int bodyLength, out LaneKey? key)
    {
        key = null;
        if (header.Kind != FrameKind.Record || header.Session != _tag || header.Lane != _lane || header.BodyLengthBytes != bodyLength)
        {
            return RecordVerdict.Malformed;
        }

        var isSealed = (header.Flags & FrameFlags.Sealed) != 0;
        if (isSealed != (_current is not null))
        {
            return isSealed ? RecordVerdict.Malformed : RecordVerdict.NotSealed;
        }

        if (!IsWellFormed(header, bodyLength))
        {
            return RecordVerdict.Malformed;
        }

        if (_current is null ? header.Generation != 0 : (key = KeyOf(header)) is null)
        {
            return RecordVerdict.WrongGeneration;
        }

        return key is not null && key.Opened >= _terms.Rekey.MaxRecordsPerKey ? RecordVerdict.Exhausted : JudgeCounter(header.Counter);
    }

    private bool IsWellFormed(in FrameHeader header, int bodyLength)
    {
        if (_current is not null && bodyLength < AeadSuite.TagLengthBytes)
        {
            return false;
        }

        return (header.Flags & FrameFlags.Rekey) == 0
            || (Rekey is not null && (header.Flags & ~(FrameFlags.Rekey | FrameFlags.Sealed)) == 0 && header.Chunk == 0);
    }

    private RecordVerdict JudgeCounter(ulong counter)
    {
        if (_window is not null)
        {
            return _window.IsFresh(counter) ? RecordVerdict.Opened : RecordVerdict.CounterRepeated;
        }

        return counter == _nextInOrder ? RecordVerdict.Opened
            : counter < _nextInOrder ? RecordVerdict.CounterRepeated
            : RecordVerdict.CounterGap;
    }

    /// <summary>The key that a record must have been sealed with; null when its generation is not one that it can have.</summary>
    private LaneKey? KeyOf(in FrameHeader header)
    {
        if (header.Generation == _current!.Secret.Number)
        {
            return _switchAt <= header.Counter ? null : _current;
        }

        if (_next is null || header.Generation != _next.Secret.Number)
        {
            return null;
        }

        // In order, the far end says where its new key begins before it uses it, in the first record under that key.
        var mayBeNext = _window is null ? (header.Flags & FrameFlags.Rekey) != 0 : !(header.Counter < _switchAt);
        return mayBeNext ? _next : null;
    }

    private sealed class LaneKey(GenerationSecret secret) : IDisposable
    {
        private RecordCipher? _cipher;

        public GenerationSecret Secret => secret;

        public long Opened { get; set; }

        public RecordCipher Cipher(Lane lane, byte direction) => _cipher ??= secret.Cipher(lane, direction);

        public void Dispose() => _cipher?.Dispose();
    }
}
