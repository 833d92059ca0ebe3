using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Reconnect;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <content>The view of the network that the namespaces get, and the routes that modules ask for.</content>
public sealed partial class Topology
{
    /// <summary>
    /// Time between two views for each claimed link end, so that views cost a small part of a core at any size; our
    /// guess, a hundred times and more what building one costs. It is at most <see cref="MaxViewInterval"/>.
    /// </summary>
    private static readonly TimeSpan ViewIntervalPerClaim = TimeSpan.FromMicroseconds(20);

    /// <summary>The longest time that a changed link stays out of the view.</summary>
    private static readonly TimeSpan MaxViewInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Below this many claims a view costs less than the timer that would put it off.</summary>
    private const int UnhurriedClaims = 256;

    // A burst of changes is one view: it is built when what waits in the mailbox now has been handled, and when the last
    // one is old enough. Otherwise each change anywhere would cost every node time in proportion to all links.
    private void SchedulePublish()
    {
        if (_isPublishing)
        {
            return;
        }

        _isPublishing = true;
        var wait = _publishedAt + ViewIntervalPerClaim * _claims - Now;
        if (wait <= TimeSpan.Zero || _claims < UnhurriedClaims)
        {
            Self.Tell(PublishView.Instance);
        }
        else
        {
            Timers.StartSingleTimer(nameof(PublishView), PublishView.Instance, wait < MaxViewInterval ? wait : MaxViewInterval);
        }
    }

    private void Publish()
    {
        _isPublishing = false;
        _publishedAt = Now;

        // Verdicts change more often than links while a network starts, and the graph is the dear part.
        var graph = _linksHaveChanged ? Graph() : _view.Graph;
        _linksHaveChanged = false;
        _view = new NetworkView(graph, _membership.Snapshot);
        Context.Parent.Tell(new Hypernet.ViewChanged(_view));
        LookAtCertificateEnds();
        if (_environment.Settings.Discovery.Mode == DiscoveryMode.Gossip)
        {
            Context.Parent.Tell(new Hypernet.MembersDiscovered(Discovered()));
        }
    }

    private LinkGraph Graph()
    {
        // Our own links count as they are now; what we signed about them follows after its debounce.
        var own = new LinkClaim(OwnId, [.. _links.Keys.Select(node => node.Reference)]);
        List<LinkClaim> claims = [own];
        _claims = own.NeighbourReferences.Count;
        foreach (var (node, body) in _sync.Table.InForce)
        {
            if (node != OwnId)
            {
                claims.Add(new LinkClaim(node, ((LinkStateBody)body).NeighbourReferences));
                _claims += claims[^1].NeighbourReferences.Count;
            }
        }

        return LinkGraph.FromClaims(claims);
    }

    private void PublishLinks()
    {
        _linksHaveChanged = true;
        SchedulePublish();
    }

    private List<DiscoveredMember> Discovered()
    {
        var members = new List<DiscoveredMember>();
        foreach (var (node, body) in _sync.Table.InForce)
        {
            if (node != OwnId && body is LinkStateBody { Addresses.Count: > 0 } state && _view.Members.Check(node) == MembershipVerdict.Member)
            {
                members.Add(new DiscoveredMember(node, state.Addresses));
            }
        }

        return members;
    }

    private RoutesSnapshot Routes()
    {
        var hops = _view.Graph.Nodes.Where(node => node != OwnId).ToDictionary(node => node, _ => 0);
        var frontier = new Queue<(NodeId Node, int Hops)>([(OwnId, 0)]);
        while (frontier.TryDequeue(out var reached))
        {
            foreach (var next in _view.Graph.Neighbours(reached.Node))
            {
                if (hops.TryGetValue(next, out var known) && known == 0)
                {
                    hops[next] = reached.Hops + 1;
                    frontier.Enqueue((next, reached.Hops + 1));
                }
            }
        }

        return new RoutesSnapshot(hops);
    }
}
