using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>Why a received message was not used. Each has a counter.</summary>
public enum MulticastDrop
{
    /// <summary>Not a message of this core, cut short, or over a limit of form.</summary>
    Malformed,

    /// <summary>The sender has no session in this namespace.</summary>
    NotAPeer,

    /// <summary>Seen before: the normal fate of a second copy.</summary>
    Duplicate,

    /// <summary>Below what its origin retains: seen, or too late.</summary>
    BelowFloor,

    /// <summary>Further ahead of its floor than an honest origin can be.</summary>
    BeyondWindow,

    /// <summary>Of an epoch that its origin has closed.</summary>
    OldEpoch,

    /// <summary>Our own message came back.</summary>
    Own,

    /// <summary>The signature or the payload hash does not verify.</summary>
    BadSignature,

    /// <summary>The peer has passed on too many messages that do not verify: for a while its messages are not even checked.</summary>
    TooManyBadSignatures,

    /// <summary>A chunk is not the one that the signed manifest names.</summary>
    BadChunk,

    /// <summary>A chunk of a message whose manifest is not here.</summary>
    UnknownManifest,

    /// <summary>The origin, or all together, have more large messages under way than there is room for.</summary>
    TooManyUnderWay,

    /// <summary>A large message was given up: its chunks did not come.</summary>
    NeverCompleted,

    /// <summary>The origin's certificate is refused.</summary>
    RefusedOrigin,

    /// <summary>Too many messages wait for their origins' certificates, and most of them came from this peer.</summary>
    TooManyPending,

    /// <summary>The certificate of the origin did not come in time.</summary>
    OriginNeverKnown,

    /// <summary>An announcement names an origin that nobody here knows.</summary>
    UnknownOrigin,

    /// <summary>The peer announces more ids than are tracked for a peer.</summary>
    TooManyAnnounced,

    /// <summary>Every announcer of an id stayed silent.</summary>
    WantUnanswered,

    /// <summary>The peer asks for more than its allowance.</summary>
    WantOverAllowance,

    /// <summary>Held no longer: all origins together hold more than allowed, and this one holds most.</summary>
    Evicted,

    /// <summary>The peer asks for what is not held any more.</summary>
    NotHeld,
}

/// <summary>Why a publication was not taken.</summary>
public enum PublishRefusal
{
    /// <summary>The retention of this node as an origin is full: publish again later.</summary>
    RetentionFull,

    /// <summary>The payload alone is larger than the retention.</summary>
    PayloadTooLarge,

    /// <summary>The topic is empty or too long.</summary>
    BadTopic,

    /// <summary>The type is empty or too long.</summary>
    BadType,

    /// <summary>Publications do not travel on the control lane.</summary>
    BadLane,
}

/// <summary>What the actor of a multicast must do.</summary>
public abstract record MulticastEffect
{
    private MulticastEffect()
    {
    }

    /// <summary>Send <paramref name="Head"/> and then <paramref name="Payload"/> as one message to a peer. Neither is copied; neither may change.</summary>
    public sealed record Send(NodeId To, Lane Lane, ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Payload) : MulticastEffect;

    /// <summary>Hand a message to its module. Raised once for each id.</summary>
    public sealed record Deliver(NodeId Origin, string? Topic, string Type, MessageId Id, ReadOnlyMemory<byte> Payload) : MulticastEffect;

    /// <summary>Answer to a publication that was taken.</summary>
    /// <param name="Id">Its name.</param>
    /// <param name="Reached">Members other than this node that it is on its way to, by the present view.</param>
    public sealed record Published(MessageId Id, int Reached) : MulticastEffect;

    /// <summary>Answer to a publication that was not taken.</summary>
    public sealed record PublishRefused(PublishRefusal Reason) : MulticastEffect;

    /// <summary>The origin signed two contents under one id; both heads verify.</summary>
    public sealed record Equivocation(MessageId Id, PublicationHeader Kept, PublicationHeader Rejected) : MulticastEffect;

    /// <summary>Call <see cref="MulticastCore.HandleTimer"/> with this token after the delay. It replaces the former one.</summary>
    public sealed record Schedule(long Token, TimeSpan Delay) : MulticastEffect;

    /// <summary>Count this.</summary>
    public sealed record Dropped(MulticastDrop Reason, NodeId From) : MulticastEffect;
}
