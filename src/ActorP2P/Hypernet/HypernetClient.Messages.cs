using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Reconnect;
using ActorP2P.Transport;

namespace ActorP2P;

/// <content>The vocabulary of the client.</content>
public sealed partial class HypernetClient
{
    /// <summary>From Hypernet: a link to this node is up; stop dialling its addresses.</summary>
    internal sealed record LinkUp(NodeId Node, string Address, bool WeDialled);

    /// <summary>From Hypernet: the link is gone; dial again with back-off.</summary>
    internal sealed record LinkDown(NodeId Node, string Reason);

    /// <summary>From Hypernet: a dialled connection's handshake was refused or lost before it was a link.</summary>
    internal sealed record AttemptFailed(string Address, string Reason);

    /// <summary>From Hypernet: the handshake over this address proved this node.</summary>
    internal sealed record AddressProven(string Address, NodeId Node);

    /// <summary>From Hypernet: the members that signed link states or a directory give addresses of, all of them each time.</summary>
    internal sealed record UseDiscovered(IReadOnlyList<DiscoveredMember> Members);

    /// <summary>From the transport: connected.</summary>
    internal sealed record Dialled(ITransportConnection Connection, string Address);

    /// <summary>From the transport: not connected.</summary>
    internal sealed record DialFailed(string Address, TransportFailure Failure);

    /// <summary>From Hypernet: who is expected at an address by the predecessor's ID may be, or once it is in force is, the successor.</summary>
    internal sealed record NodeSucceeded(NodeId Predecessor, NodeId Successor, bool IsInForce);

    /// <summary>From Hypernet: this node has another key, and no links yet.</summary>
    internal sealed record UseIdentity
    {
        public static readonly UseIdentity Instance = new();
    }

    /// <summary>From Hypernet: what this node shows or trusts is another.</summary>
    internal sealed record TrustChanged
    {
        public static readonly TrustChanged Instance = new();
    }

    private sealed record PlanTimer(long Token);
}
