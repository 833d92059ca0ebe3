using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Gossip;

/// <summary>Why state sync did not use something. Each has a counter.</summary>
public enum StateSyncDrop
{
    /// <summary>Not a message of state sync, or cut short.</summary>
    Malformed,

    /// <summary>The sender is not a linked peer.</summary>
    NotAPeer,

    /// <summary>The body is longer than its section may be.</summary>
    TooLong,

    /// <summary>The peer brought so many states that did not verify that its states are not checked for a while.</summary>
    TooManyBadSignatures,

    /// <summary>Signed, but the body breaks its form or a limit.</summary>
    MalformedBody,

    /// <summary>The signature does not verify from the node ID it claims.</summary>
    BadSignature,

    /// <summary>The owner's certificate is refused.</summary>
    RefusedMember,

    /// <summary>Too many states wait for their owners' certificates.</summary>
    TooManyHeld,

    /// <summary>The section's table is full.</summary>
    TooManyOrigins,

    /// <summary>Older than what is held, or of a run that is over.</summary>
    Older,

    /// <summary>Held already.</summary>
    Duplicate,

    /// <summary>The owner changes faster than its allowance; a later announcement brings the last one.</summary>
    TooFrequent,

    /// <summary>The peer asks for more than its allowance.</summary>
    QueryOverAllowance,

    /// <summary>More distinct announced states are asked for than the table could hold.</summary>
    TooManyQueries,

    /// <summary>Our own state came back.</summary>
    Own,
}

/// <summary>What the actor of a state sync must do.</summary>
public abstract record StateSyncEffect
{
    private StateSyncEffect()
    {
    }

    /// <summary>Send to a linked peer.</summary>
    public sealed record Send(NodeId To, ReadOnlyMemory<byte> Bytes) : StateSyncEffect;

    /// <summary>A section is in force; also raised for our own.</summary>
    /// <param name="Node">The owner.</param>
    /// <param name="Epoch">Its epoch.</param>
    /// <param name="Seq">Its seq.</param>
    /// <param name="Old">What it replaces; null at first sight and after expiry.</param>
    /// <param name="New">What holds now.</param>
    public sealed record Applied(NodeId Node, ulong Epoch, ulong Seq, StateBody? Old, StateBody New) : StateSyncEffect;

    /// <summary>
    /// A section is no longer in force: nothing newer came in time, its owner was refused, or its owner's run is over.
    /// </summary>
    public sealed record Expired(NodeId Node, StateBody Old) : StateSyncEffect;

    /// <summary>The owner signed two contents of a section under one (epoch, seq). Both verify; the lower hash holds everywhere.</summary>
    public sealed record Equivocation(NodeId Node, SignedState Kept, SignedState Rejected) : StateSyncEffect;

    /// <summary>
    /// Our key has signed under a higher epoch than ours: in an earlier run whose store was lost while the clock is behind, or
    /// in the hands of somebody else who runs with it now.
    /// </summary>
    public sealed record EpochExceeded(SignedState Evidence) : StateSyncEffect;

    /// <summary>Somebody signs with our key under our epoch.</summary>
    public sealed record DuplicateIdentity(SignedState Evidence) : StateSyncEffect;

    /// <summary>A state is held until its owner's certificate is known.</summary>
    public sealed record MembershipNeeded(NodeId Node, StateBody Body, NodeId From) : StateSyncEffect;

    /// <summary>Call <see cref="StateSyncCore.HandleTimer"/> with this token after the delay. It replaces the former one.</summary>
    public sealed record Schedule(long Token, TimeSpan Delay) : StateSyncEffect;

    /// <summary>Count this.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="From">Who sent it.</param>
    public sealed record Dropped(StateSyncDrop Reason, NodeId From) : StateSyncEffect;
}
