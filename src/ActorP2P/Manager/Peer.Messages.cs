using System.Collections.Immutable;
using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;

namespace ActorP2P;

/// <content>The vocabulary of a remote logical node. Unicasts and requests come as the modules sent them.</content>
internal sealed partial class Peer
{
    /// <summary>From the PeerManager: a session with the remote, over a link or through relays.</summary>
    internal sealed record UseSession(IActorRef Link, NamespaceSession Session, bool IsRelayed);

    /// <summary>From the PeerManager: this session is over; others may follow, and messages wait for them.</summary>
    internal sealed record SessionLost(ulong Tag);

    /// <summary>From the PeerManager: the remote goes by another ID from now on; the channel with it goes on.</summary>
    internal sealed record UseRemote(NodeId Remote);

    /// <summary>
    /// From a link: all frames of one read that belong to this session, in order. With a charge it is answered by
    /// <see cref="Link.RecordsTaken"/> once they are opened.
    /// </summary>
    internal sealed record RecordsReceived(IReadOnlyList<Frame> Frames, int Charge = 0);

    /// <summary>From a link: these bytes of a lane went to the transport; the lane's local queue has room again.</summary>
    internal sealed record RecordsWritten(Lane Lane, int Bytes);

    /// <summary>From the PeerManager: the types registered on this node; a registration's lane is the lane of what is sent.</summary>
    internal sealed record UseRegistrations(ImmutableDictionary<string, NamespaceSlot.Registration> Registrations);

    /// <summary>From the multicast: head and payload as one entry for the far side's multicast.</summary>
    internal sealed record SendDissemination(Lane Lane, ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Payload);

    /// <summary>From the state sync: an entry for the far side's state sync.</summary>
    internal sealed record SendStateSync(ReadOnlyMemory<byte> Bytes);

    /// <summary>From the slot: these messages of a batch have failed, and others of it still wait for their modules.</summary>
    internal sealed record NotTaken(IReadOnlyList<HandlingFailure> Failures);

    /// <summary>From whoever got a <see cref="Batch"/>: its messages were handled, but for these.</summary>
    internal sealed record Handled(long BatchNumber, IReadOnlyList<HandlingFailure> Failures);

    /// <summary>One message of a batch that no module took.</summary>
    internal readonly record struct HandlingFailure(InboundMessage Message, ChannelFailure Reason);

    /// <summary>From a reply port: the module's answer to a request.</summary>
    internal sealed record SendReply(ulong RequestId, Lane Lane, DateTimeOffset Deadline, ReadOnlyMemory<byte> Payload);

    /// <summary>From a reply port: the module answered with a failure, or with something that is not bytes.</summary>
    internal sealed record FailRequest(ulong RequestId, Lane Lane, ChannelFailure Reason);

    /// <summary>From the PeerManager: no session will follow; give everything pending its outcome and stop.</summary>
    internal sealed record SessionOver(ChannelFailure Reason = ChannelFailure.PeerDown);

    /// <summary>
    /// From a peer to the node, the multicast or the state sync: opened messages of one lane, in its order;
    /// answered by <see cref="Handled"/>.
    /// </summary>
    internal sealed record Batch(IActorRef Peer, NodeId Origin, long Number, IReadOnlyList<InboundMessage> Messages)
    {
        /// <summary>Says that all of it was handed on.</summary>
        public void Acknowledge(IActorRef self) => Peer.Tell(new Handled(Number, []), self);

        /// <summary>Says that none of it was, and that nobody knows how far it came.</summary>
        public void Fail(IActorRef self) =>
            Peer.Tell(new Handled(Number, [.. Messages.Select(message => new HandlingFailure(message, ChannelFailure.RemoteFailure))]), self);
    }

    private sealed record Flush
    {
        public static readonly Flush Instance = new();
    }

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }

    private sealed record StillFull
    {
        public static readonly StillFull Instance = new();
    }
}
