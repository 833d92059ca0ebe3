using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Channel;

/// <summary>What one entry of a record is. The number is on the wire.</summary>
public enum EntryKind : byte
{
    /// <summary>Cumulative acknowledgement of a lane; control lane only.</summary>
    Acknowledge = 1,

    /// <summary>One message to one node's module.</summary>
    Unicast = 2,

    /// <summary>A message that expects a reply.</summary>
    Request = 3,

    /// <summary>The reply.</summary>
    Reply = 4,

    /// <summary>A request or unicast failed at the far side.</summary>
    Failure = 5,

    /// <summary>Bytes for the far side's multicast.</summary>
    Dissemination = 6,

    /// <summary>Bytes for the far side's state sync.</summary>
    StateSync = 7,

    /// <summary>How far each lane came before this session; control lane only, the first entry of a session.</summary>
    Resume = 8,

    /// <summary>A small message to one node's module that overtakes all payload and may be lost; control lane only.</summary>
    Signal = 9,
}

/// <summary>A message on its way out.</summary>
/// <param name="Kind">Unicast, Request, Reply, Dissemination, StateSync or Signal.</param>
/// <param name="Lane">Its lane; Control for a signal and for nothing else.</param>
/// <param name="Type">Message type of a unicast, request or signal; empty otherwise.</param>
/// <param name="Head">First part of the bytes; empty for unicast and request.</param>
/// <param name="Payload">Rest of the bytes; referenced until it is sealed, so it must not change.</param>
/// <param name="Context">Comes back in the outcome; null when nobody asks for it.</param>
/// <param name="RequestId">For a reply: the id that came with the request.</param>
/// <param name="Timeout">For a request: time until it fails.</param>
/// <param name="Confirm">For a unicast: also report success.</param>
public sealed record OutboundMessage(
    EntryKind Kind,
    Lane Lane,
    string Type,
    ReadOnlyMemory<byte> Head,
    ReadOnlyMemory<byte> Payload,
    object? Context = null,
    ulong RequestId = 0,
    TimeSpan Timeout = default,
    bool Confirm = false);

/// <summary>A message that came in.</summary>
/// <param name="Kind">Unicast, Request, Dissemination, StateSync or Signal.</param>
/// <param name="Lane">Its lane.</param>
/// <param name="Id">Position of a unicast among its lane's unicasts, requests and replies, or a request's id: names it in <c>PeerChannel.Fail</c> and in a reply.</param>
/// <param name="Type">Message type of a unicast or request; empty otherwise.</param>
/// <param name="Payload">Slice of the opened record, or the reassembled message.</param>
/// <param name="Deadline">Of a request, by this node's clock.</param>
public readonly record struct InboundMessage(
    EntryKind Kind,
    Lane Lane,
    ulong Id,
    string Type,
    ReadOnlyMemory<byte> Payload,
    DateTimeOffset Deadline);

/// <summary>Names a received batch: give it back to <c>PeerChannel.Acknowledge</c> when its messages were handled.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Number">Position among the lane's batches; a channel never gives one out twice.</param>
public readonly record struct BatchToken(Lane Lane, ulong Number);

/// <summary>Failure codes on the wire; the runtime's SendFailure has the same numbers.</summary>
public enum ChannelFailure : ushort
{
    /// <summary>The session was lost before the message left.</summary>
    PeerDown = 3,

    /// <summary>No module for the type.</summary>
    UnknownType = 4,

    /// <summary>The module is dead.</summary>
    ModuleDead = 5,

    /// <summary>No reply before the deadline.</summary>
    TimedOut = 6,

    /// <summary>A limit of this side or of the far side.</summary>
    Busy = 7,

    /// <summary>Larger than the maximum of either side.</summary>
    TooLarge = 8,

    /// <summary>Sent but not acknowledged when the session was lost.</summary>
    DeliveryUnknown = 9,

    /// <summary>The module answered with a failure.</summary>
    RemoteFailure = 13,

    /// <summary>More relays away than a packet may pass; of this side only.</summary>
    HopLimit = 14,
}

/// <summary>Whether a message was taken.</summary>
public enum EnqueueResult
{
    /// <summary>Queued; its outcome follows as an effect.</summary>
    Queued,

    /// <summary>The lane's queue or the request table is full; nothing was taken. A <see cref="ChannelEffect.LaneReady"/> follows.</summary>
    Busy,

    /// <summary>Larger than <c>channel.max-message-bytes</c>.</summary>
    TooLarge,

    /// <summary>The channel is closed.</summary>
    Closed,
}

/// <summary>What the peer's actor must do.</summary>
public abstract record ChannelEffect
{
    /// <summary>Hand these frames to the link, in this order.</summary>
    public sealed record SendFrames(Lane Lane, IReadOnlyList<ReadOnlyMemory<byte>> Frames, int Bytes) : ChannelEffect;

    /// <summary>Messages to handle, in lane order; then call <c>PeerChannel.Acknowledge</c> with the token.</summary>
    public sealed record Received(BatchToken Token, IReadOnlyList<InboundMessage> Messages) : ChannelEffect;

    /// <summary>Signals, in order and before all payload that came with them. Nothing is acknowledged.</summary>
    public sealed record Signalled(IReadOnlyList<InboundMessage> Messages) : ChannelEffect;

    /// <summary>A reply to one of our requests.</summary>
    public sealed record Replied(object Context, ReadOnlyMemory<byte> Payload) : ChannelEffect;

    /// <summary>A confirmed unicast was handled by the far side.</summary>
    public sealed record Delivered(object Context) : ChannelEffect;

    /// <summary>A message with a context failed.</summary>
    public sealed record Failed(object Context, ChannelFailure Reason) : ChannelEffect;

    /// <summary>A lane that answered Busy takes messages again.</summary>
    public sealed record LaneReady(Lane Lane) : ChannelEffect;

    /// <summary>Call <c>PeerChannel.TimerFired</c> at this time; only the earliest counts.</summary>
    public sealed record Schedule(DateTimeOffset At) : ChannelEffect;

    /// <summary>The session's keys are those of this generation now, in both directions.</summary>
    public sealed record Rekeyed(uint Generation) : ChannelEffect;

    /// <summary>A received message was dropped for this reason; count it.</summary>
    public sealed record Dropped(string Reason) : ChannelEffect;

    /// <summary>The far side broke the protocol: close the link with this reason.</summary>
    public sealed record Fatal(string Reason) : ChannelEffect;
}
