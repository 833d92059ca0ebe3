using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Gossip;

/// <summary>Why a membership message was not used. Each has a counter.</summary>
public enum MembershipDrop
{
    /// <summary>Not a membership message, or cut short.</summary>
    Malformed,

    /// <summary>The sender is not a linked peer.</summary>
    NotAPeer,

    /// <summary>Nobody asked for this chain.</summary>
    NotAsked,

    /// <summary>The chain is not the one that the hash names.</summary>
    OtherHash,

    /// <summary>The chain is valid, but another node's.</summary>
    OtherNode,

    /// <summary>Too many chains are asked for, or the peer asks for too many.</summary>
    OverAllowance,
}

/// <summary>What the actor of a membership core must do.</summary>
public abstract record MembershipEffect
{
    private MembershipEffect()
    {
    }

    /// <summary>Send to a linked peer, on the channel that link state uses.</summary>
    public sealed record Send(NodeId To, ReadOnlyMemory<byte> Bytes) : MembershipEffect;

    /// <summary>A verdict changed, or when <paramref name="Node"/> is null perhaps many: hand the snapshot to everybody who judges by it.</summary>
    public sealed record Changed(MembershipSnapshot Snapshot, NodeId? Node) : MembershipEffect;

    /// <summary>A node's chain is refused or has ended (<see cref="MembershipCore.Expired"/>), with a token why: cut its link.</summary>
    public sealed record Refused(NodeId Node, string Reason) : MembershipEffect;

    /// <summary>Call <see cref="MembershipCore.HandleTimer"/> with this token after the delay. It replaces the former one.</summary>
    public sealed record Schedule(long Token, TimeSpan Delay) : MembershipEffect;

    /// <summary>Count this.</summary>
    public sealed record Dropped(MembershipDrop Reason, NodeId From) : MembershipEffect;
}

/// <summary>What validation of an encoded chain says.</summary>
/// <param name="Node">The leaf's node; null when the chain is refused.</param>
/// <param name="NotAfter">End of its validity; unused when refused.</param>
/// <param name="Refusal">A token why, of letters and dashes; null when it is valid.</param>
/// <param name="CertificateNotAfter">End of the chain, when that is not <paramref name="NotAfter"/>.</param>
public readonly record struct ChainJudgement(NodeId? Node, DateTimeOffset NotAfter, string? Refusal, DateTimeOffset? CertificateNotAfter = null);
