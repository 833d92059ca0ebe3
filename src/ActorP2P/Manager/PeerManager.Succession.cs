using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <content>
/// Keys that change. A peer's channel outlives the key as it outlives a session: what waited for the former ID, or was
/// under way to it, goes to the one that took its place, in its order and once.
/// </content>
internal sealed partial class PeerManager
{
    private const string SucceededElsewhere = Link.RemoteGoodbye + Hypernet.Succeeded;

    private readonly HashSet<NodeId> _givenUp = [];

    private void UsePresentIdentity()
    {
        var present = _environment.Trust.Identity.Id;
        if (present == _self)
        {
            return;
        }

        var former = _self;
        _self = present;
        _rules = new MessageRules(_environment.Settings, present);
        _children.Hub.Tell(new PeerManagerEventHub.UseIdentity(former, present));
        _children.Multicast.Tell(Multicast.UseIdentity.Instance);
        _children.StateSync.Tell(new StateSync.UseIdentity(_environment.Successions.EndOf(former, _environment.Time.GetUtcNow())));
        foreach (var (node, remote) in _remotes)
        {
            AwaitNext(node, remote, isHandover: true);
        }
    }

    // Whose way leads through relays may lose it with the links of the node that changes, and get it back with them.
    private void Await(NodeId? changing)
    {
        foreach (var (_, remote) in _remotes.Where(pair => changing is null || pair.Key == changing || !pair.Value.IsLinked))
        {
            remote.AwaitsHandover = true;
        }
    }

    /// <summary>Whoever a node took the place of is that node from now on.</summary>
    private void Inherit(NodeId successor)
    {
        var now = _environment.Time.GetUtcNow();
        var predecessors = _environment.Successions.PredecessorsOf(successor, now);
        if (successor == _self || predecessors.Count == 0)
        {
            return;
        }

        _givenUp.RemoveWhere(node => !_environment.Successions.IsGivenUp(node, now));
        foreach (var predecessor in predecessors)
        {
            var isKnown = _members.Contains(predecessor) || _remotes.ContainsKey(predecessor);
            HandOver(predecessor, successor);
            if (_givenUp.Add(predecessor))
            {
                if (isKnown)
                {
                    _children.Hub.Tell(new PeerManagerEventHub.Raise(new PeerSucceeded(_settings.Name, predecessor, successor)));
                }

                _children.StateSync.Tell(new StateSync.Retire(predecessor, _environment.Successions.EndOf(predecessor, now)));
            }
        }
    }

    private void HandOver(NodeId predecessor, NodeId successor)
    {
        if (!_remotes.TryGetValue(predecessor, out var remote))
        {
            return;
        }

        // A successor inherits what waits, never a place in the namespace; and who is a peer already takes nobody's place.
        if (!_environment.Trust.Current.MayJoin(_settings.Name, successor) || _remotes.ContainsKey(successor))
        {
            _environment.Counters.Add("succession.not-inherited");
            End(predecessor, Hypernet.Succeeded);
            return;
        }

        Timers.Cancel(TimerOf(predecessor));
        TellPeerLeft(predecessor, Hypernet.Succeeded, remote);
        _remotes.Remove(predecessor);
        _remotes[successor] = remote;
        foreach (var session in remote.Sessions.ToArray())
        {
            remote.Take(session.Tag);
            remote.Peer.Tell(new Peer.SessionLost(session.Tag));
            session.Link.Tell(new Link.CloseLink(Hypernet.Succeeded));
        }

        remote.Peer.Tell(new Peer.UseRemote(successor));
        _environment.Counters.Add("succession.inherited");
        AwaitNext(successor, remote, isHandover: true);
    }

    private bool AwaitsHandover(NodeId node) => _remotes.TryGetValue(node, out var remote) && remote is { AwaitsHandover: true, Sessions.Count: 0 };

    private void AwaitNext(NodeId node, RemotePeer remote, bool isHandover)
    {
        remote.AwaitsHandover |= isHandover;
        remote.WantsSession &= remote.AwaitsHandover;
        if (remote.Sessions.Count == 0)
        {
            var patience = remote.AwaitsHandover ? _environment.Settings.Succession.HandoverTimeout : _environment.Settings.Routing.ResumeTimeout;
            Timers.StartSingleTimer(TimerOf(node), new ResumeTimedOut(node), patience);
        }
    }

    // A link comes by itself; who has none is looked for through relays as soon as the network is seen again.
    private void SeekSuccessors()
    {
        foreach (var (node, remote) in _remotes)
        {
            if (remote is { AwaitsHandover: true, WantsSession: true, Sessions.Count: 0 } && _view.Graph.Contains(node))
            {
                _hypernet.Tell(new TunnelRouter.OpenTunnel(node, Self));
            }
        }
    }
}
