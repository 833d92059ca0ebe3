using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Session;

/// <summary>Why a session ends over the change of its keys.</summary>
public enum RekeyFailure
{
    /// <summary>The far side did not do its part before <c>rekey.timeout</c>.</summary>
    RekeyTimedOut,
}

/// <summary>
/// Agrees on fresh keys for a session while it is used. Both sides do the same, so it does not matter who began, or
/// whether both did:
/// <code>
/// Share  ──▶  a one-time key each, sent when keys are old or the far side's came
/// Ready  ──▶  sent when both are there: we can open the new generation
/// Switched ▶  sent when the far side is ready: the first record under the new key, naming where each lane changes
/// </code>
/// So nothing is sealed that the far side could not open, and in order the generation of every record is known from
/// its counter. The old inbound keys go as each lane comes to the counter that was named; the next change waits for
/// that, so there are never more than two generations. All of it travels under the session's own keys.
/// </summary>
internal sealed class SessionRekey : IDisposable
{
    // So that sessions which began together, after a start of the node, do not all make their keys together.
    private const double AgeSpread = 0.1;

    private readonly ulong _tag;
    private readonly SessionTerms _terms;
    private readonly RekeySettings _settings;
    private readonly RecordOrder _order;
    private readonly GenerationUsage _usage;
    private readonly RecordSealer[] _sealers;
    private readonly RecordOpener[] _openers;
    private readonly Queue<RekeyMessage> _outbox = new();
    private GenerationSecret _current;
    private Change _change = new();
    private NodeId? _earlyShare;
    private NodeId? _lastTheirs;
    private RekeyMessage? _lastSwitched;
    private DateTimeOffset? _dueAt;
    private DateTimeOffset _mayShareAt = DateTimeOffset.MinValue;

    public SessionRekey(
        GenerationSecret first,
        ulong tag,
        SessionTerms terms,
        RecordOrder order,
        GenerationUsage usage,
        RecordSealer[] sealers,
        RecordOpener[] openers)
    {
        _current = first;
        _tag = tag;
        _terms = terms;
        _settings = terms.Rekey;
        _order = order;
        _usage = usage;
        _sealers = sealers;
        _openers = openers;
    }

    /// <summary>Changes that are complete on this side.</summary>
    public uint Generation => _current.Number;

    /// <summary>When <see cref="Advance"/> has something to do even if nothing comes in.</summary>
    public DateTimeOffset? NextAt
    {
        get
        {
            if (_dueAt is null)
            {
                return null;
            }

            if (_change.OurShare is not null)
            {
                return Earlier(_change.Deadline, Earlier(_change.ResendAt, _change.LingerUntil));
            }

            return _change.TheirShare is not null || _mayShareAt > _dueAt ? _mayShareAt : _dueAt.Value;
        }
    }

    /// <summary>Takes an authentic message. False when it breaks the rules.</summary>
    public bool Receive(ReadOnlyMemory<byte> bytes, in FrameHeader header)
    {
        if (!RekeyMessage.TryDecode(bytes, out var message))
        {
            return false;
        }

        var target = _current.Number + 1;
        if (!_order.IsWindow && header.Generation == target && !_change.RemoteIsSwitched && message.Kind != RekeyMessageKind.Switched)
        {
            return false;
        }

        // Over relays a message may come again, long after it did its work.
        if (message.Generation < target)
        {
            return _order.IsWindow && AnswerStale(message);
        }

        return message.Kind switch
        {
            RekeyMessageKind.Share => TakeShare(message, target),
            RekeyMessageKind.Ready => message.Generation == target && TakeReady(),
            _ => message.Generation == target && TakeSwitched(message.Counters!, header),
        };
    }

    /// <summary>Does what is due and seals what is to be said.</summary>
    public RekeyFailure? Advance(DateTimeOffset now, List<ReadOnlyMemory<byte>> frames)
    {
        FollowClock(now);
        if (now >= _change.Deadline)
        {
            return RekeyFailure.RekeyTimedOut;
        }

        do
        {
            Step(now, frames);
        }
        while (CompleteWhenDone(now) && _change.TheirShare is not null);
        return null;
    }

    /// <summary>Erases all secrets.</summary>
    public void Dispose()
    {
        _current.Dispose();
        _change.Dispose();
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    // A clock that was set back would put off fresh keys until the old time has returned.
    private void FollowClock(DateTimeOffset now)
    {
        if (_dueAt is null || _dueAt - now > _settings.After)
        {
            _dueAt = Due(now);
        }

        if (_mayShareAt > now + _settings.MinInterval)
        {
            _mayShareAt = now;
        }
    }

    private void Step(DateTimeOffset now, List<ReadOnlyMemory<byte>> frames)
    {
        if (_change.OurShare is null && now >= _mayShareAt && (_change.TheirShare is not null || IsDue(now)))
        {
            Share(now);
        }

        if (_change is { Next: null, OurKey: not null, TheirShare: not null })
        {
            Agree();
        }

        ResendWhenDue(now);
        Say(frames);
        if (_change is { Next: not null, RemoteIsReady: true, IsSwitched: false })
        {
            Switch(frames);
        }
    }

    private bool TakeShare(RekeyMessage message, uint target)
    {
        if (message.Generation == target)
        {
            if (_change.TheirShare is null && IsFresh(message.Point!))
            {
                _change.TheirShare = message.Point;
                return true;
            }

            return _order.IsWindow && _change.TheirShare == message.Point;
        }

        // The far side is done with this change and begins the next, while records under old keys are still on their way to us.
        var isNext = message.Generation == target + 1 && _change.IsSwitched && (_order.IsWindow || _change.RemoteIsSwitched);
        if (isNext && _earlyShare is null && IsFresh(message.Point!))
        {
            _earlyShare = message.Point;
            return true;
        }

        return isNext && _order.IsWindow && _earlyShare == message.Point;
    }

    // A key that was used before agrees on nothing new; our own would agree with us on our own.
    private bool IsFresh(NodeId point) =>
        point != _change.OurShare && point != _change.TheirShare && point != _lastTheirs && _terms.Curve.IsValidPoint(point);

    private bool TakeReady()
    {
        if (_change.OurShare is null || (_change.RemoteIsReady && !_order.IsWindow))
        {
            return false;
        }

        // In order, its own share came before: nobody is ready without both.
        if (!_order.IsWindow && _change.TheirShare is null)
        {
            return false;
        }

        _change.RemoteIsReady = true;
        return true;
    }

    private bool TakeSwitched(IReadOnlyList<ulong> counters, in FrameHeader header)
    {
        if (_change.Next is null || (_change.RemoteIsSwitched && !_order.IsWindow) || header.Generation != _change.Next.Number)
        {
            return false;
        }

        if (_change.RemoteIsSwitched)
        {
            return true;
        }

        _change.RemoteIsSwitched = true;
        for (var lane = 0; lane < Lanes.Count; lane++)
        {
            if (!_openers[lane].SwitchAt(counters[lane]))
            {
                return false;
            }
        }

        return true;
    }

    // The far side waits for our last word when ours was lost; to that word itself there is no answer, or two sides could go on for ever.
    private bool AnswerStale(RekeyMessage message)
    {
        if (message.Kind == RekeyMessageKind.Ready && message.Generation == _current.Number && _outbox.Count == 0 && _lastSwitched is { } last)
        {
            _outbox.Enqueue(last);
        }

        return true;
    }

    private bool IsDue(DateTimeOffset now) =>
        now >= _dueAt || _usage.Records >= _settings.AfterRecords || _usage.Bytes >= _settings.AfterBytes;

    private DateTimeOffset Due(DateTimeOffset now) => now + (_settings.After * (1 - (AgeSpread * _terms.Random.NextDouble())));

    private void Share(DateTimeOffset now)
    {
        _change.OurKey = _terms.Curve.GenerateEphemeral(_terms.Random);
        _change.OurShare = _change.OurKey.Public;
        _change.Deadline = now + _settings.Timeout;
        _change.ResendAt = _order.IsWindow ? now + _order.ResendAfter : DateTimeOffset.MaxValue;
        _mayShareAt = now + _settings.MinInterval;
        _outbox.Enqueue(RekeyMessage.Share(_current.Number + 1, _change.OurShare));
    }

    private void Agree()
    {
        using var agreed = new SecretBytes(IdentityCurve.SharedSecretLengthBytes);
        if (!_change.OurKey!.TryAgree(_change.TheirShare!, agreed.Span))
        {
            throw new InvalidOperationException("A point that was valid when it came agrees with no key.");
        }

        _change.Next = _current.Next(agreed.Span, _change.OurShare!, _change.TheirShare!, _tag);
        _change.OurKey.Dispose();
        _change.OurKey = null;
        foreach (var opener in _openers)
        {
            opener.Expect(_change.Next);
        }

        _outbox.Enqueue(RekeyMessage.Ready(_change.Next.Number));
    }

    private void Say(List<ReadOnlyMemory<byte>> frames)
    {
        var sealer = _sealers[(int)Lane.Control];
        while (!sealer.Exhausted && _outbox.TryDequeue(out var message))
        {
            frames.Add(sealer.SealRekey(message.Encode()));
        }
    }

    private void Switch(List<ReadOnlyMemory<byte>> frames)
    {
        _change.Switched = RekeyMessage.Switched(_change.Next!.Number, [.. _sealers.Select(sealer => sealer.NextCounter)]);
        foreach (var sealer in _sealers)
        {
            sealer.MoveTo(_change.Next);
        }

        _outbox.Enqueue(_change.Switched.Value);
        Say(frames);
    }

    private void ResendWhenDue(DateTimeOffset now)
    {
        if (now < _change.ResendAt || _change.OurShare is null)
        {
            return;
        }

        _change.ResendAt = now + _order.ResendAfter;
        _outbox.Clear();
        _outbox.Enqueue(RekeyMessage.Share(_current.Number + 1, _change.OurShare));
        if (_change.Next is not null)
        {
            _outbox.Enqueue(RekeyMessage.Ready(_change.Next.Number));
        }

        if (_change.Switched is { } switched)
        {
            _outbox.Enqueue(switched);
        }
    }

    private bool CompleteWhenDone(DateTimeOffset now)
    {
        if (!_change.IsSwitched || !_change.RemoteIsSwitched)
        {
            return false;
        }

        if (_order.IsWindow && _change.LingerUntil == DateTimeOffset.MaxValue)
        {
            _change.LingerUntil = now + _order.Linger;
        }

        if (now >= _change.LingerUntil)
        {
            Array.ForEach(_openers, opener => opener.MoveOn());
        }

        if (!Array.TrueForAll(_openers, opener => opener.Generation == _change.Next!.Number))
        {
            return false;
        }

        _current.Dispose();
        _current = _change.Next!;
        _lastTheirs = _change.TheirShare;
        _lastSwitched = _change.Switched;
        _change = new Change { TheirShare = _earlyShare };
        _earlyShare = null;
        _usage.Reset();
        _dueAt = Due(now);
        return true;
    }

    /// <summary>One change of keys, from the first share to the last old key.</summary>
    private sealed class Change : IDisposable
    {
        public IEphemeralKey? OurKey { get; set; }

        public NodeId? OurShare { get; set; }

        public NodeId? TheirShare { get; set; }

        public GenerationSecret? Next { get; set; }

        public bool RemoteIsReady { get; set; }

        public bool RemoteIsSwitched { get; set; }

        public RekeyMessage? Switched { get; set; }

        public bool IsSwitched => Switched is not null;

        public DateTimeOffset Deadline { get; set; } = DateTimeOffset.MaxValue;

        public DateTimeOffset ResendAt { get; set; } = DateTimeOffset.MaxValue;

        public DateTimeOffset LingerUntil { get; set; } = DateTimeOffset.MaxValue;

        public void Dispose()
        {
            OurKey?.Dispose();
            Next?.Dispose();
        }
    }
}
