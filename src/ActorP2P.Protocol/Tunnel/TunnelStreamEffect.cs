using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Tunnel;

/// <summary>What the owner of a stream must do.</summary>
public abstract record TunnelStreamEffect
{
    private TunnelStreamEffect()
    {
    }

    /// <summary>Seal this segment and send it by the present way.</summary>
    public sealed record Send(byte[] Segment) : TunnelStreamEffect;

    /// <summary>Whole frames, in the order of the stream.</summary>
    public sealed record Received(IReadOnlyList<Frame> Frames) : TunnelStreamEffect;

    /// <summary>Acknowledgements stay away: take another way, then call <see cref="TunnelStream.Resend"/>.</summary>
    public sealed record Stalled : TunnelStreamEffect;

    /// <summary>The far side acknowledged something new: the present way works.</summary>
    public sealed record Progressed : TunnelStreamEffect;

    /// <summary>The far side sends nothing more.</summary>
    public sealed record Ended : TunnelStreamEffect;

    /// <summary>The far side broke a rule, and it was the far side: what it sent was authentic.</summary>
    public sealed record Fatal(string Reason) : TunnelStreamEffect;
}
