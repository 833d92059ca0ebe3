using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Tunnel;

namespace ActorP2P;

/// <content>The vocabulary of the tunnel router.</content>
public sealed partial class TunnelRouter
{
    /// <summary>From Hypernet: this node has another key; the tunnels of the former one end.</summary>
    internal sealed record UseIdentity
    {
        public static readonly UseIdentity Instance = new();
    }

    /// <summary>From Hypernet: a link is confirmed.</summary>
    internal sealed record LinkUp(NodeId Node, IActorRef Link);

    /// <summary>From Hypernet: the link is gone.</summary>
    internal sealed record LinkDown(NodeId Node);

    /// <summary>From Hypernet: the network's view changed.</summary>
    internal sealed record UseView(NetworkView View);

    /// <summary>From Hypernet: the namespaces that tunnels offer.</summary>
    internal sealed record UseSlots(IReadOnlyList<Hypernet.SlotEntry> Slots);

    /// <summary>From Hypernet: say goodbye in every tunnel.</summary>
    internal sealed record Leave
    {
        public static readonly Leave Instance = new();
    }

    /// <summary>
    /// From a PeerManager, by way of Hypernet: messages wait for this node, and there is no session. What comes of it is
    /// <c>PeerManager.SessionUp</c> or <c>PeerManager.NoWay</c>.
    /// </summary>
    internal sealed record OpenTunnel(NodeId Remote, IActorRef Asker);

    /// <summary>From the router, by way of Hypernet; answered by <see cref="RoutesSnapshot"/>.</summary>
    internal sealed record GetRoutes;

    /// <summary>From a link: a packet. Taking it is told to the link, which waits with reading more.</summary>
    internal sealed record PacketReceived(NodeId From, TunnelPacket Packet, ReadOnlyMemory<byte> Encoded, int Charge);

    /// <summary>From a link: these went to the transport.</summary>
    internal sealed record PacketsSent(IReadOnlyList<RelayQuota> Packets);

    /// <summary>From a link: it has no room for this one.</summary>
    internal sealed record NotSent(Link.SendTunnel Send);

    /// <summary>From a tunnel: send this to its far side.</summary>
    internal sealed record SendPacket(NodeId Remote, TunnelPacketKind Kind, byte[] Body);

    /// <summary>From a tunnel: nothing comes back by the present way.</summary>
    internal sealed record WayFails(NodeId Remote);

    /// <summary>From a tunnel: the far side answers by the present way.</summary>
    internal sealed record WayWorks(NodeId Remote);

    /// <summary>From a tunnel: it could not be opened, or is over; it stops.</summary>
    internal sealed record TunnelFailed(NodeId Remote, string Reason);

    /// <summary>Suspicions end with time.</summary>
    private sealed record RefreshWays
    {
        public static readonly RefreshWays Instance = new();
    }
}
