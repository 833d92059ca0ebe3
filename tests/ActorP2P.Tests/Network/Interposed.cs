using ActorP2P.Protocol.Identity;

namespace ActorP2P.Tests.Network;

/// <summary>
/// Stands between two actors of a node that know nothing of it, and passes on what the test says: so a whole node of the
/// product, with a genuine certificate, becomes one that loses, swallows or claims what is not so.
/// </summary>
internal sealed class Interposed
{
    private int _kept;

    private Interposed()
    {
    }

    /// <summary>Messages that were not passed on.</summary>
    public int Kept => Volatile.Read(ref _kept);

    /// <summary>Between a node's multicast and its peer for another node.</summary>
    /// <param name="node">The node that sends.</param>
    /// <param name="to">Whom it sends to.</param>
    /// <param name="namespace">The namespace.</param>
    /// <param name="passes">True when the message goes on. Called on the node's threads, one call after the other.</param>
    public static Interposed OnMulticast(TestNode node, TestNode to, string @namespace, Func<Peer.SendDissemination, bool> passes)
    {
        var interposed = new Interposed();
        var reference = interposed.Start(node, PeerPath(to, @namespace), message => message is not Peer.SendDissemination send || passes(send));
        node.TellInside($"manager/{@namespace}/multicast", new Multicast.PeerUp(to.Id, reference));
        return interposed;
    }

    /// <summary>Between a node's state sync and its peer for another node.</summary>
    public static Interposed OnStateSync(TestNode node, TestNode to, string @namespace, Func<Peer.SendStateSync, bool> passes)
    {
        var interposed = new Interposed();
        var reference = interposed.Start(node, PeerPath(to, @namespace), message => message is not Peer.SendStateSync send || passes(send));
        node.TellInside($"manager/{@namespace}/statesync", new StateSync.PeerUp(to.Id, reference));
        return interposed;
    }

    /// <summary>The node relays no packet to that neighbour any more, and says so to nobody. The link may be none at all.</summary>
    public static Interposed SwallowingPackets(TestNode relay, NodeId towards)
    {
        var interposed = new Interposed();
        var reference = interposed.Start(relay, "hypernet", static _ => false);
        relay.TellInside("hypernet/tunnels", new TunnelRouter.LinkUp(towards, reference));
        return interposed;
    }

    /// <summary>The node believes in a link with the other one, and signs that it has it.</summary>
    public static void ClaimLink(TestNode liar, TestNode other)
    {
        var identity = other.Environment.Identity;
        liar.TellInside("hypernet/topology", new Topology.LinkUp(other.Id, ActorRefs.Nobody, identity.Chain.Encoded, identity.NotAfter));
    }

    /// <summary>The actor of a node that speaks for another node in a namespace.</summary>
    public static string PeerPath(TestNode of, string @namespace) => $"manager/{@namespace}/{PeerManager.PeerNamePrefix}{of.Id.ShortId}-*";

    private IActorRef Start(TestNode node, string target, Func<object, bool> passes)
    {
        var (interposed, receiver) = (this, node.System.ActorSelection("/user/p2p/" + target));
        return node.System.ActorOf(Props.Create(() => new Between(interposed, receiver, passes)));
    }

    private sealed class Between(Interposed interposed, ActorSelection target, Func<object, bool> passes) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (passes(message))
            {
                target.Tell(message, Sender);
                return;
            }

            Interlocked.Increment(ref interposed._kept);
            if (message is Link.SendTunnel swallowed)
            {
                // As if it had been written: a liar does not run out of room.
                Sender.Tell(new TunnelRouter.PacketsSent([swallowed.Quota]));
            }
        }
    }
}
