using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Reconnect;
using ActorP2P.Protocol.Succession;
using ActorP2P.Transport;

namespace ActorP2P;

/// <content>The vocabulary of the physical layer's parent.</content>
public sealed partial class Hypernet
{
    /// <summary>From the server or client: a connection is ready and becomes a Link.</summary>
    /// <param name="Connection">The connection.</param>
    /// <param name="WeDialled">True when the client opened it: we are the handshake's initiator.</param>
    /// <param name="Address">The dialled address, or the remote endpoint of an accepted one.</param>
    /// <param name="ExpectedId">The configured ID behind the address, when there is one.</param>
    internal sealed record ConnectionReady(ITransportConnection Connection, bool WeDialled, string Address, NodeId? ExpectedId);

    /// <summary>From a link: the handshake verified the remote; the duplicate rule decides next.</summary>
    internal sealed record HandshakeDone(long LinkId, NodeId Remote, ulong RemoteEpoch, bool WeInitiated, ReadOnlyMemory<byte> RemoteChain, DateTimeOffset CertificateNotAfter);

    /// <summary>From a link: the handshake was refused by either side, or timed out.</summary>
    /// <param name="LinkId">The link.</param>
    /// <param name="Endpoint">Dialled address or remote endpoint.</param>
    /// <param name="Reason">Typed reason, e.g. <c>certificate-expired</c>.</param>
    /// <param name="Detail">One line for people.</param>
    /// <param name="RefusedByUs">True when this side refused; false when the remote went away, and nobody knows why.</param>
    internal sealed record HandshakeFailed(long LinkId, string Endpoint, string Reason, string Detail, bool RefusedByUs);

    /// <summary>From a link: the remote decider confirmed it.</summary>
    internal sealed record RemoteConfirmed(long LinkId);

    /// <summary>From a link: the probe on behalf of a duplicate was answered.</summary>
    internal sealed record ProbeAnswered(long LinkId);

    /// <summary>From a link, in its PostStop: it is over.</summary>
    internal sealed record LinkEnded(long LinkId, string Reason);

    /// <summary>From the server: the set of open namespaces changed; links offer accordingly.</summary>
    internal sealed record SlotsChanged(IReadOnlyList<SlotEntry> Slots);

    /// <summary>From the topology: link state changed; goes on to every PeerManager.</summary>
    internal sealed record ViewChanged(NetworkView View);

    /// <summary>From the topology or, on behalf of a directory, P2PNode: who is to be dialled where, all of them each time.</summary>
    internal sealed record MembersDiscovered(IReadOnlyList<DiscoveredMember> Members);

    /// <summary>One namespace in the server's slot map.</summary>
    /// <param name="Namespace">Its name.</param>
    /// <param name="PeerManager">Who gets its sessions.</param>
    /// <param name="Registration">Grows with each registration of this name; a change means a restart, so links renew its session.</param>
    internal sealed record SlotEntry(string Namespace, IActorRef PeerManager, long Registration);

    /// <summary>From the topology: certificates that end soon, ours or members'.</summary>
    /// <param name="All">Every one of them, with the days that are left.</param>
    /// <param name="News">Those that one more warning is due for.</param>
    internal sealed record CertificatesExpiring(IReadOnlyDictionary<NodeId, int> All, IReadOnlyList<ExpiryWarning> News);

    /// <summary>From the trust keeper: roots, lists or members changed; the new ones are in <see cref="NodeTrust"/>.</summary>
    internal sealed record TrustChanged
    {
        public static readonly TrustChanged Instance = new();
    }

    /// <summary>From the trust keeper: end the links of the present key, then go on with the one that is pending in <see cref="NodeTrust"/>.</summary>
    internal sealed record Succeed
    {
        public static readonly Succeed Instance = new();
    }

    /// <summary>From the topology or a namespace: this node's key has signed a state under a higher epoch; the signature was verified.</summary>
    internal sealed record OwnEpochSeen(ulong Epoch);

    /// <summary>From a link or the topology: another holder of this node's key, proven by a signature.</summary>
    /// <param name="Epoch">The other's epoch.</param>
    /// <param name="Proof">What it signed, for the log.</param>
    internal sealed record OwnKeyMet(ulong Epoch, string Proof);

    /// <summary>From a link or the topology: a statement was taken, or came into force, in <see cref="NodeSuccessions"/>.</summary>
    internal sealed record SuccessionTaken(SuccessionStatement Statement, bool IsInForce);

    /// <summary>From P2PNode: say goodbye on every link, then stop.</summary>
    internal sealed record Leave
    {
        public static readonly Leave Instance = new();
    }

    /// <summary>From the server, client or topology, at each start: tell it what its predecessor knew.</summary>
    internal sealed record PartStarted
    {
        public static readonly PartStarted Instance = new();
    }

    /// <summary>From the server: all addresses that are bound now.</summary>
    internal sealed record ListenersBound(IReadOnlyList<string> Endpoints);

    /// <summary>From the server or client: a remote was refused before there was a link.</summary>
    internal sealed record Rejected(string Endpoint, string Reason, string Detail);

    /// <summary>From Hypernet's predecessor, which failed: the slot map and the members to dial as it knew them.</summary>
    private sealed record Inherited(IReadOnlyList<SlotEntry> Slots, IReadOnlyList<DiscoveredMember> Discovered);

    /// <summary>From the <see cref="NodeEpoch"/>: whether an epoch above that one could be saved.</summary>
    private sealed record EpochSaved(ulong Seen, Transport.EpochResult Result);

    /// <summary>It could not be saved: try again.</summary>
    private sealed record LearnAgain(ulong Seen);

    /// <summary>The link table's timer.</summary>
    private sealed record LinkTableTimer(long Token);
}
