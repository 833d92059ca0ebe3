using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Reconnect;

/// <summary>What the dialler must do.</summary>
public abstract record ReconnectEffect
{
    private ReconnectEffect()
    {
    }

    /// <summary>Dial now, with the configured dial timeout. Names are resolved at every dial.</summary>
    /// <param name="Address">host:port.</param>
    /// <param name="ExpectedId">Who must answer; null when any member may.</param>
    /// <param name="IsDiscovered">The address is a third party's claim.</param>
    public sealed record Dial(string Address, NodeId? ExpectedId, bool IsDiscovered) : ReconnectEffect;

    /// <summary>
    /// The member refuses this node, or is refused by it, again and again: from now on it is dialled no more often than members
    /// that are only discovered.
    /// </summary>
    /// <param name="Address">Its first address.</param>
    /// <param name="MaxDelay">Longest pause between two dials from now on.</param>
    public sealed record BackedOff(string Address, TimeSpan MaxDelay) : ReconnectEffect;

    /// <summary>Call <see cref="ReconnectPlan.HandleTimer"/> with this token after the delay. It replaces the former one.</summary>
    public sealed record Schedule(long Token, TimeSpan Delay) : ReconnectEffect;
}
