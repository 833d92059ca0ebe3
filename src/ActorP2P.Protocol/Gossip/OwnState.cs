namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// One of our own sections: its seq, its body, and when to sign it: soon after a change, hourly without one. The interval
/// between changes that follow each other closely doubles up to a limit, as routers throttle what they originate: while a
/// network starts every node's links change all the time, and each version of them goes to everybody.
/// </summary>
internal sealed class OwnState(ulong seqBase, TimeSpan minInterval, TimeSpan maxInterval)
{
    private ReadOnlyMemory<byte>? _signed;
    private DateTimeOffset _mayChangeAt;
    private DateTimeOffset _quietAt;
    private TimeSpan _interval;

    /// <summary>The last seq signed; the base before the first.</summary>
    internal ulong Seq { get; private set; } = seqBase;

    /// <summary>What holds now or will at the next signature; null before the first.</summary>
    internal StateBody? Body { get; private set; }

    /// <summary>When to sign; the far future before the first body.</summary>
    internal DateTimeOffset SignAt { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>True while the body waits for its signature.</summary>
    internal bool IsChanged { get; private set; }

    /// <summary>The seq under which the present body is, or will be, signed.</summary>
    internal ulong SeqOfBody => IsChanged ? Seq + 1 : Seq;

    /// <summary>The highest foreign (epoch, seq) under our key that was reported; one alarm for each is enough.</summary>
    internal (ulong Epoch, ulong Seq) Reported { get; set; }

    // Of several changes within the delay the first sets the time: steady changes are not put off for ever.
    internal void Change(StateBody body, DateTimeOffset signAt)
    {
        if (!IsChanged && _signed is { } signed && signed.Span.SequenceEqual(body.Encode().Span))
        {
            return;
        }

        Body = body;
        if (!IsChanged)
        {
            IsChanged = true;
            var soonest = signAt > _mayChangeAt ? signAt : _mayChangeAt;
            SignAt = soonest < SignAt ? soonest : SignAt;
        }
    }

    internal ulong TakeSeq(ReadOnlyMemory<byte> signed, DateTimeOffset now, DateTimeOffset republishAt)
    {
        _signed = signed;
        _interval = now >= _quietAt ? minInterval : _interval * 2 < maxInterval ? _interval * 2 : maxInterval;
        _mayChangeAt = now + _interval;
        _quietAt = _mayChangeAt + _interval;
        IsChanged = false;
        SignAt = republishAt;
        return ++Seq;
    }

    internal void SignAnew(DateTimeOffset signAt)
    {
        Seq = 0;
        if (Body is not null)
        {
            IsChanged = true;
            SignAt = signAt;
        }
    }
}

/// <summary>Our own sections, under our one epoch.</summary>
internal sealed class OwnStates
{
    private readonly StateSection _first;
    private readonly OwnState[] _sections;

    internal OwnStates(StateScope scope, ulong epoch, ulong seqBase, TimeSpan minInterval, TimeSpan maxInterval)
    {
        _first = scope.Leading;
        _sections = [.. scope.Sections.Select(_ => new OwnState(seqBase, minInterval, maxInterval))];
        Epoch = epoch;
    }

    internal ulong Epoch { get; }

    internal IReadOnlyList<OwnState> All => _sections;

    /// <summary>When to sign the next one; the far future before the first body.</summary>
    internal DateTimeOffset SignAt
    {
        get
        {
            var at = DateTimeOffset.MaxValue;
            foreach (var section in _sections)
            {
                at = section.SignAt < at ? section.SignAt : at;
            }

            return at;
        }
    }

    internal OwnState this[StateSection section] => _sections[section - _first];

    /// <summary>All sections go on under another key, with seqs from 1.</summary>
    internal void SignAnew(DateTimeOffset signAt)
    {
        foreach (var section in _sections)
        {
            section.SignAnew(signAt);
        }
    }

    internal void ForgetReports()
    {
        foreach (var section in _sections)
        {
            section.Reported = default;
        }
    }
}
