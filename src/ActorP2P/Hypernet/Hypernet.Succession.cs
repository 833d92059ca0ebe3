using ActorP2P.Protocol.Links;

namespace ActorP2P;

/// <content>
/// Keys that change: this node's, and those of others. Ours changes when no link is left: until then everything below is
/// under the former key, from then on under the new one, and the peers' channels carry over what was under way.
/// </content>
public sealed partial class Hypernet
{
    /// <summary>Why links end at a node whose key changes; its peers wait for the next ones.</summary>
    internal const string Succeeded = "succeeded";

    private bool _isSucceeding;

    private void HandleSuccessions()
    {
        Receive<Succeed>(_ => BeginSuccession());
        Receive<SuccessionTaken>(Follow);
    }

    private LinkTable NewTable() => new(_environment.Trust.Identity.Id, _environment.Settings.Liveness.DuplicateProbeTimeout);

    private void BeginSuccession()
    {
        if (_environment.Trust.Pending is not { } pending || _isSucceeding || _isLeaving)
        {
            return;
        }

        // First, so that no namespace takes the end of its sessions for the end of its peers.
        _isSucceeding = true;
        TellManagers(_slots, new PeerManager.Handover(null));
        foreach (var link in _links.Up)
        {
            link.Link.Tell(new Link.StateSuccession(pending.Statement));
        }

        foreach (var link in _links.All.ToList())
        {
            link.Link.Tell(new Link.CloseLink(Succeeded));
        }

        CompleteWhenClosed();
    }

    private void CompleteWhenClosed()
    {
        if (_isSucceeding && _links.Count == 0)
        {
            _isSucceeding = false;
            CompleteSuccession();
            TellManagers(_slots, PeerManager.UseIdentity.Instance);
            _topology.Tell(Topology.UseIdentity.Instance);
            _tunnels.Tell(TunnelRouter.UseIdentity.Instance);
            _tunnels.Tell(new TunnelRouter.UseView(_view));
            _client.Tell(HypernetClient.UseIdentity.Instance);
            _client.Tell(new HypernetClient.UseDiscovered(_discovered));
        }
    }

    // A failure in between has ended the links as well; the parts that start now have the new key from their beginning.
    private void CompleteInherited()
    {
        if (_environment.Trust.Pending is not null)
        {
            CompleteSuccession();
        }
    }

    private void CompleteSuccession()
    {
        var former = _environment.Trust.Identity.Id;
        if (_environment.Trust.Complete(Now) is not { } pending)
        {
            return;
        }

        var present = pending.State.Identity;
        _environment.Successions.Offer(pending.Statement, present.Curve, isProven: true, Now);
        _table = NewTable();
        _log.Info("this node is {0} from now on", present.Id.ShortId);
        Context.Parent.Tell(new TrustKeeper.Succeeded(former, present.Id));
    }

    private void Follow(SuccessionTaken taken)
    {
        var (predecessor, successor) = (taken.Statement.Predecessor, taken.Statement.Successor);
        _client.Tell(new HypernetClient.NodeSucceeded(predecessor, successor, taken.IsInForce));
        _topology.Tell(new Topology.NodeSucceeded(taken.Statement, taken.IsInForce));
        if (!taken.IsInForce)
        {
            _environment.Counters.Add("succession.announced");
            TellManagers(_slots, new PeerManager.Handover(predecessor));
            return;
        }

        _log.Info("{0}", taken.Statement);
        _environment.Counters.Add("succession.in-force");
        TellManagers(_slots, new PeerManager.NodeSucceeded(successor));
        foreach (var link in _links.All.Where(link => link.Proven?.Remote == predecessor).ToList())
        {
            link.Link.Tell(new Link.CloseLink(Succeeded));
        }
    }
}
