using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Reconnect;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <content>The view of the network that the namespaces get.</content>
public sealed partial class Topology
{
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
        var routing = _environment.Settings.Routing;
        var wait = _publishedAt + (routing.ViewIntervalPerClaim * _claims) - Steady;
        if (wait <= TimeSpan.Zero || _claims < UnhurriedClaims)
        {
            Self.Tell(PublishView.Instance);
        }
        else
        {
            Timers.StartSingleTimer(nameof(PublishView), PublishView.Instance, wait < routing.MaxViewInterval ? wait : routing.MaxViewInterval);
        }
    }

    private void Publish()
    {
        _isPublishing = false;
        _publishedAt = Steady;
        _environment.Counters.Set("size.link-states", _sync.Table.Count);
        _environment.Counters.Set("size.certificate-chains", _membership.Count);

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
}
