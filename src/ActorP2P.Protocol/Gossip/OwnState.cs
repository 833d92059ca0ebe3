namespace ActorP2P.Protocol.Gossip;

/// <summary>Our own (epoch, seq), the body, and when to sign it: soon after a change, hourly without one.</summary>
internal sealed class OwnState(ulong epoch, ulong seqBase)
{
    private bool _changed;

    internal ulong Epoch { get; private set; } = epoch;

    /// <summary>The last seq signed; the base before the first.</summary>
    internal ulong Seq { get; private set; } = seqBase;

    /// <summary>What holds now or will at the next signature; null before the first.</summary>
    internal StateBody? Body { get; private set; }

    /// <summary>When to sign; the far future before the first body.</summary>
    internal DateTimeOffset SignAt { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>The seq under which the present body is, or will be, signed.</summary>
    internal ulong SeqOfBody => _changed ? Seq + 1 : Seq;

    // Of several changes within the delay the first sets the time: steady changes are not put off for ever.
    internal void Change(StateBody body, DateTimeOffset signAt)
    {
        Body = body;
        if (!_changed)
        {
            _changed = true;
            SignAt = signAt < SignAt ? signAt : SignAt;
        }
    }

    internal ulong TakeSeq(DateTimeOffset republishAt)
    {
        _changed = false;
        SignAt = republishAt;
        return ++Seq;
    }

    internal void Raise(ulong epoch, DateTimeOffset signAt)
    {
        Epoch = epoch;
        Seq = 0;
        if (Body is not null)
        {
            _changed = true;
            SignAt = signAt;
        }
    }
}
