using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Succession;

namespace ActorP2P;

/// <content>The vocabulary of the topology.</content>
public sealed partial class Topology
{
    /// <summary>From Hypernet: a link is confirmed.</summary>
    internal sealed record LinkUp(NodeId Node, IActorRef Link, ReadOnlyMemory<byte> RemoteChain, DateTimeOffset CertificateNotAfter);

    /// <summary>From Hypernet: the link is gone.</summary>
    internal sealed record LinkDown(NodeId Node);

    /// <summary>From Hypernet: close a link whose remote came with this epoch while a higher one of it is known; show it what proves that.</summary>
    internal sealed record CloseWithProof(IActorRef Link, NodeId Node, ulong Epoch, string Reason);

    /// <summary>From a link: topology bytes of the remote. Taking them is told to the link, which waits with reading more.</summary>
    /// <param name="From">The link's far end.</param>
    /// <param name="Bytes">One message of state sync or membership.</param>
    /// <param name="Charge">What the link counts as unhandled until <see cref="Link.Taken"/> gives it back.</param>
    internal sealed record Received(NodeId From, ReadOnlyMemory<byte> Bytes, int Charge);

    /// <summary>From Hypernet: addresses to advertise (known once listeners are bound).</summary>
    internal sealed record Advertise(IReadOnlyList<string> Addresses);

    /// <summary>From Hypernet: roots, lists or members changed, or our own certificate.</summary>
    internal sealed record TrustChanged
    {
        public static readonly TrustChanged Instance = new();
    }

    /// <summary>From Hypernet: another key takes the place of a node's. The neighbours are told; once it is in force, the former link state is retired.</summary>
    internal sealed record NodeSucceeded(SuccessionStatement Statement, bool IsInForce);

    /// <summary>From Hypernet: this node has another key, and no links yet.</summary>
    internal sealed record UseIdentity
    {
        public static readonly UseIdentity Instance = new();
    }

    private sealed record LookAtExpiry
    {
        public static readonly LookAtExpiry Instance = new();
    }

    private sealed record SyncTimer(long Token);

    private sealed record MembershipTimer(long Token);

    private sealed record PublishView
    {
        public static readonly PublishView Instance = new();
    }
}
