namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// Our own (epoch, seq), the body, and when to sign it: soon after a change, hourly without one. The interval between
/// changes that follow each other closely doubles up to a limit, as routers throttle what they originate: while a network
/// starts every node's links change all the time, and each version of them goes to everybody.
/// </summary>
internal sealed class OwnState(ulong epoch, ulong seqBase, TimeSpan minInterval, TimeSpan maxInterval)
{
    private ReadOnlyMemory<byte>? _signed;
    private DateTimeOffset _mayChangeAt;
    private DateTimeOffset _quietAt;
    private TimeSpan _interval;

    internal ulong Epoch { get; private set; } = epoch;

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

    internal void Raise(ulong epoch, DateTimeOffset signAt)
    {
        Epoch = epoch;
        Seq = 0;
        if (Body is not null)
        {
            IsChanged = true;
            SignAt = signAt;
        }
    }
}
