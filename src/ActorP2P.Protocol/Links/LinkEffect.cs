using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Links;

/// <summary>Why the table closes a link.</summary>
public enum LinkCloseReason
{
    /// <summary>Another link to the same node is confirmed and alive.</summary>
    DuplicateLink,

    /// <summary>The node came back under a higher epoch: this link belongs to its former run.</summary>
    ReplacedByNewerEpoch,

    /// <summary>The link is of a former run of a node whose newer run is linked already.</summary>
    OlderEpoch,

    /// <summary>The link did not answer while a newer one waited.</summary>
    ProbeTimedOut,

    /// <summary>The remote was to confirm one link and did not.</summary>
    NotConfirmed,

    /// <summary>The remote confirmed although deciding is not its part.</summary>
    UnexpectedConfirm,

    /// <summary>More links to one node wait than could ever be needed.</summary>
    TooManyWaiting,

    /// <summary>The remote is this node itself.</summary>
    SelfConnection,
}

/// <summary>What the owner of the links must do.</summary>
public abstract record LinkEffect
{
    private LinkEffect()
    {
    }

    /// <summary>Tell the remote that this link is the one. It is up on this side.</summary>
    public sealed record Confirm(long LinkId) : LinkEffect;

    /// <summary>Close this link. Reporting it closed afterwards is allowed and does nothing.</summary>
    public sealed record CloseLink(long LinkId, LinkCloseReason Reason) : LinkEffect;

    /// <summary>Ping this link and report with <see cref="LinkTable.ProbeAnswered"/>.</summary>
    public sealed record ProbeOld(long LinkId) : LinkEffect;

    /// <summary>The link is confirmed: payload may flow.</summary>
    public sealed record Up(long LinkId, NodeId Remote) : LinkEffect;

    /// <summary>The confirmed link is gone; an <see cref="Up"/> of another one may follow at once.</summary>
    public sealed record Down(long LinkId, NodeId Remote) : LinkEffect;

    /// <summary>Call <see cref="LinkTable.HandleTimer"/> with this token after the delay. It replaces the former one.</summary>
    public sealed record Schedule(long Token, TimeSpan Delay) : LinkEffect;
}
