using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <content>From a session to the next one, and to the end of a remote node.</content>
internal sealed partial class PeerManager
{
    private void Open(SessionUp up)
    {
        if (_isClosing)
        {
            up.Session.Dispose();
            return;
        }

        Inherit(up.Remote);
        var remote = _remotes.GetValueOrDefault(up.Remote) ?? StartPeer(up.Remote);
        remote.AwaitsHandover = false;
        if (!up.IsRelayed && remote.IsLinked)
        {
            // The end of a former link's session may still be under way.
            TellLinkLost(up.Remote, "replaced by a newer session", remote);
        }

        var hadSession = remote.Sessions.Count > 0;
        remote.Add(new RemotePeer.LiveSession(up.Session.Tag, up.Link, up.IsRelayed));
        remote.Peer.Tell(new Peer.UseSession(up.Link, up.Session, up.IsRelayed));
        up.Link.Tell(new Link.BindSession(up.Session.Tag, remote.Peer));
        Timers.Cancel(TimerOf(up.Remote));
        if (up.IsRelayed && hadSession)
        {
            return;
        }

        _children.Hub.Tell(new PeerManagerEventHub.PeerJoined(up.Remote, up.RemoteEpoch, up.IsRelayed));
        if (!up.IsRelayed)
        {
            _children.Multicast.Tell(new Multicast.PeerUp(up.Remote, remote.Peer));
            _children.StateSync.Tell(new StateSync.PeerUp(up.Remote, remote.Peer));
        }
    }

    private void Close(SessionDown down)
    {
        if (!_remotes.TryGetValue(down.Remote, out var remote) || remote.Take(down.SessionTag) is not { } lost)
        {
            return;
        }

        if (IsFinal(down.Reason) && remote.Sessions.Count == 0)
        {
            remote.Add(lost);
            End(down.Remote, down.Reason);
            return;
        }

        remote.Peer.Tell(new Peer.SessionLost(lost.Tag));
        if (!lost.IsRelayed && !remote.IsLinked)
        {
            TellLinkLost(down.Remote, down.Reason, remote);
        }
        else if (remote.Sessions.Count == 0)
        {
            _children.Hub.Tell(new PeerManagerEventHub.PeerLeft(down.Remote, down.Reason));
        }

        if (remote.Sessions.Count == 0)
        {
            AwaitNext(down.Remote, remote, isHandover: down.Reason is Hypernet.Succeeded or SucceededElsewhere);
        }
    }

    // After these the remote serves the namespace no more, or may not: nothing is worth waiting for.
    private static bool IsFinal(string reason) =>
        reason is "withdrawn" or "withdrawn-by-remote"
        || reason.EndsWith("leaving", StringComparison.Ordinal)
        || reason.Contains("certificate", StringComparison.Ordinal)
        || reason.Contains("membership", StringComparison.Ordinal);

    // Relays carry for any member of the network; whether the far side has the namespace shows in its offers.
    private bool MayReach(NodeId node) => _members.Contains(node) || _view.Graph.Contains(node);

    private RemotePeer StartPeer(NodeId node)
    {
        var (environment, name, registrations) = (_environment, _settings.Name, _registrations);
        var receivers = new Peer.Receivers(_children.Node, _children.Multicast, _children.StateSync, _children.Hub);
        var figures = new PeerFigures();
        var props = Props.Create(() => new Peer(environment, node, name, registrations, receivers, figures));
        return _remotes[node] = new RemotePeer(Start(props, $"{PeerNamePrefix}{node.ShortId}-{++_peersStarted}"), figures);
    }

    private void SeekWay(NodeId node)
    {
        if (AwaitsHandover(node))
        {
            _remotes[node].WantsSession = true;
        }
        else if (_remotes.TryGetValue(node, out var remote) && remote.Sessions.Count == 0)
        {
            _hypernet.Tell(new TunnelRouter.OpenTunnel(node, Self));
            if (!Timers.IsTimerActive(TimerOf(node)))
            {
                Timers.StartSingleTimer(TimerOf(node), new ResumeTimedOut(node), _environment.Settings.Routing.ResumeTimeout);
            }
        }
    }

    private void GiveUp(NodeId node, string reason, ChannelFailure failure = ChannelFailure.PeerDown)
    {
        if (_remotes.TryGetValue(node, out var remote) && remote.Sessions.Count == 0)
        {
            End(node, reason, failure);
        }
    }

    private void End(NodeId node, string reason, ChannelFailure failure = ChannelFailure.PeerDown)
    {
        if (!_remotes.Remove(node, out var remote))
        {
            return;
        }

        Timers.Cancel(TimerOf(node));
        Context.Unwatch(remote.Peer);
        remote.Peer.Tell(new Peer.SessionOver(failure));
        TellPeerLeft(node, reason, remote);
    }

    private void TellPeerLeft(NodeId node, string reason, RemotePeer remote)
    {
        if (remote.Sessions.Count > 0)
        {
            _children.Hub.Tell(new PeerManagerEventHub.PeerLeft(node, reason));
        }

        if (remote.IsLinked)
        {
            TellNeighbourLeft(node);
        }
    }

    // What the multicast and the state sync had under way on the lost link is not sent again: they repair it themselves.
    private void TellLinkLost(NodeId node, string reason, RemotePeer remote)
    {
        _children.Hub.Tell(new PeerManagerEventHub.PeerLeft(node, reason, IsRelayed: remote.Sessions.Any(static session => session.IsRelayed)));
        TellNeighbourLeft(node);
    }

    private void TellNeighbourLeft(NodeId node)
    {
        _children.Multicast.Tell(new Multicast.PeerDown(node));
        _children.StateSync.Tell(new StateSync.PeerDown(node));
    }

    private void Ended(IActorRef child)
    {
        var (node, remote) = _remotes.FirstOrDefault(pair => pair.Value.Peer.Equals(child));
        if (remote is null)
        {
            throw new InvalidOperationException($"{child.Path.Name} ended; its namespace starts afresh.");
        }

        _environment.Counters.Add("peer.failed");
        _remotes.Remove(node);
        Timers.Cancel(TimerOf(node));
        TellPeerLeft(node, "the peer's actor failed", remote);
        var isTooMany = _peerFailures.IsTooMany(node, _environment.Steady.Now);
        foreach (var session in remote.Sessions)
        {
            session.Link.Tell(isTooMany ? new Link.CloseLink("peer-failed") : new Link.RenewSession(_settings.Name));
        }
    }

    private static string TimerOf(NodeId node) => "resume-" + node;
}
