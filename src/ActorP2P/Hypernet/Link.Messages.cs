using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Succession;
using ActorP2P.Protocol.Tunnel;
using ActorP2P.Transport;

namespace ActorP2P;

/// <content>The vocabulary of a link.</content>
public sealed partial class Link
{
    /// <summary>From Hypernet: the duplicate rule chose this link; tell the remote, then offer namespaces.</summary>
    internal sealed record Confirm
    {
        public static readonly Confirm Instance = new();
    }

    /// <summary>From Hypernet: answer with <c>Hypernet.ProbeAnswered</c> when the remote answers a ping sent now.</summary>
    internal sealed record Probe
    {
        public static readonly Probe Instance = new();
    }

    /// <summary>From Hypernet or a peer: say goodbye with this reason and close.</summary>
    internal sealed record CloseLink(string Reason);

    /// <summary>From Hypernet or the topology: the remote is trusted no more; end at once, with this reason as the last word.</summary>
    internal sealed record CutLink(string Reason);

    /// <summary>From Hypernet: another key takes the place of ours; said before the goodbye that follows.</summary>
    internal sealed record StateSuccession(SuccessionStatement Statement);

    /// <summary>From the topology: the remote's certificates are good until then; a renewed chain or list may have moved it.</summary>
    internal sealed record UseCertificateEnd(DateTimeOffset NotAfter);

    /// <summary>From Hypernet: the namespaces to offer from now on.</summary>
    internal sealed record OfferSlots(IReadOnlyList<Hypernet.SlotEntry> Slots);

    /// <summary>From a PeerManager: this peer takes the session's records. Buffered ones follow at once.</summary>
    internal sealed record BindSession(ulong SessionTag, IActorRef Peer);

    /// <summary>From a PeerManager: the peer of this namespace failed; offer anew with a fresh nonce.</summary>
    internal sealed record RenewSession(string Namespace);

    /// <summary>From a peer: whole frames, sealed, in lane order. Answered by <c>Peer.RecordsWritten</c>.</summary>
    internal sealed record SendRecords(ulong SessionTag, Lane Lane, IReadOnlyList<ReadOnlyMemory<byte>> Frames, int Bytes);

    /// <summary>From the topology: bytes for the remote topology, on the gossip lane of session 0.</summary>
    internal sealed record SendTopology(ReadOnlyMemory<byte> Bytes);

    /// <summary>From the topology, before the link is closed: why, signed by the remote's own key. It goes out though the link is not confirmed.</summary>
    internal sealed record ShowProof(ReadOnlyMemory<byte> Bytes);

    /// <summary>From the connection: all whole frames of one read.</summary>
    internal sealed record FramesReceived(IReadOnlyList<Frame> Frames, int Bytes);

    /// <summary>From the connection: the last write is done.</summary>
    internal sealed record BytesWritten(int Bytes);

    /// <summary>From the connection: it is gone.</summary>
    internal sealed record ConnectionClosed(TransportFailure Failure);

    /// <summary>From the topology or the tunnel router: it took bytes out of its mailbox that were charged so much.</summary>
    internal sealed record Taken(int Charge);

    /// <summary>From a peer: it has opened records of a session that were charged so much.</summary>
    internal sealed record RecordsTaken(ulong SessionTag, int Charge);

    /// <summary>From the tunnel router: a packet, with as many relays left. Answered by <c>TunnelRouter.PacketsSent</c> or <c>TunnelRouter.NotSent</c>.</summary>
    internal sealed record SendTunnel(TunnelPacket Packet, ReadOnlyMemory<byte> Encoded, byte HopsLeft, RelayQuota Quota);

    /// <summary>How the reason of an end begins that the remote gave; its own reason follows.</summary>
    internal const string RemoteGoodbye = "remote-goodbye: ";

    /// <summary>Why a handshake ends that would cost more than strangers may: counted, and neither logged nor told, for a flood would.</summary>
    internal const string CpuBudgetSpent = "cpu-budget-spent";

    /// <summary>Why a link ends whose remote shows a key that it gave up for another one.</summary>
    internal const string IdentityGivenUp = "identity-given-up";

    private const string DeadlineTimer = "deadline";

    private const string BeatTimer = "beat";
    private const string LookTimer = "look";

    private const string DrainTimer = "drain";

    /// <summary>The handshake, or afterwards the decider's choice, took too long.</summary>
    private sealed record DeadlinePassed
    {
        public static readonly DeadlinePassed Instance = new();
    }

    private sealed record BeatDue
    {
        public static readonly BeatDue Instance = new();
    }

    /// <summary>Time to look whether the remote is silent, between two beats.</summary>
    private sealed record LookDue(DateTimeOffset At);

    private sealed record JudgeSilence
    {
        public static readonly JudgeSilence Instance = new();
    }

    private sealed record DrainTimeout
    {
        public static readonly DrainTimeout Instance = new();
    }
}
