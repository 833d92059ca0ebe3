using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Links;

namespace ActorP2P;

/// <content>From a connection to a link, and to its end.</content>
public sealed partial class Hypernet
{
    private const string SelfConnection = "self-connection";

    private void HandleLinks()
    {
        Receive<ConnectionReady>(Connect);
        Receive<HandshakeDone>(HandleHandshakeDone);
        Receive<HandshakeFailed>(HandleHandshakeFailed);
        Receive<RemoteConfirmed>(confirmed =>
        {
            _table.HandleConfirmed(confirmed.LinkId, Now, _effects);
            Perform();
        });
        Receive<ProbeAnswered>(answered =>
        {
            _table.HandleProbeAnswered(answered.LinkId, Now, _effects);
            Perform();
        });
        Receive<LinkTableTimer>(timer =>
        {
            _table.HandleTimer(timer.Token, Now, _effects);
            Perform();
        });
        Receive<LinkEnded>(ended => EndLink(ended.LinkId, ended.Reason));
        Receive<Terminated>(HandleTerminated);
    }

    private void Connect(ConnectionReady ready)
    {
        var id = ready.Connection.Id;
        if (_isLeaving)
        {
            ready.Connection.Close();
            return;
        }

        if (_links.Count >= _environment.Settings.Admission.MaxLinks)
        {
            ready.Connection.Close();
            _environment.Counters.Add("link.refused.too-many-links");
            EndAttempt(ready, isMember: false, "too-many-links");
            return;
        }

        var name = HypernetStrategy.LinkPrefix + id;
        var link = Context.Watch(Context.ActorOf(
            RuntimeProps.Of(() => new Link(_environment, ready.Connection, ready.WeDialled, ready.Address, ready.ExpectedId, Self, _topology)), name));
        _links.Add(new LinkRecord(id, link, ready));
        _listeners.Admission.Links = _links.Count;
    }

    private void HandleHandshakeDone(HandshakeDone done)
    {
        if (!_links.TryGet(done.LinkId, out var link))
        {
            return;
        }

        link.Proven = done;
        link.IsAttemptOver = true;
        if (link.Ready.WeDialled)
        {
            _client.Tell(new HypernetClient.AddressProven(link.Ready.Address, done.Remote));
        }
        else
        {
            _server.Tell(new HypernetServer.HandshakeEnded(link.Id, IsMember: true));
        }

        _table.HandleHandshakeDone(done.LinkId, done.Remote, done.RemoteEpoch, done.WeInitiated, Now, _effects);
        Perform();
    }

    private void HandleHandshakeFailed(HandshakeFailed failed)
    {
        _environment.Counters.Add((failed.RefusedByUs ? "link.refused." : "link.handshake-lost.") + failed.Reason);
        if (failed.RefusedByUs && failed.Reason != SelfConnection)
        {
            TellRejection(failed.Endpoint, failed.Reason, failed.Detail);
        }

        if (_links.TryGet(failed.LinkId, out var link) && !link.IsAttemptOver)
        {
            link.IsAttemptOver = true;
            EndAttempt(link.Ready, isMember: false, failed.Reason);
        }
    }

    private void EndAttempt(ConnectionReady ready, bool isMember, string reason)
    {
        if (ready.WeDialled)
        {
            _client.Tell(new HypernetClient.AttemptFailed(ready.Address, reason));
        }
        else
        {
            _server.Tell(new HypernetServer.HandshakeEnded(ready.Connection.Id, isMember));
        }
    }

    private void EndLink(long id, string reason)
    {
        if (!_links.Remove(id, out var link, out var wasUp))
        {
            return;
        }

        _listeners.Admission.Links = _links.Count;
        _environment.Counters.Add("link.ended." + reason.Split(':')[0]);
        if (!link.IsAttemptOver)
        {
            EndAttempt(link.Ready, isMember: false, reason);
        }

        if (link.Proven is { } proven)
        {
            _table.HandleLinkClosed(id, Now, _effects);
            if (wasUp)
            {
                _log.Info("link to {0} is down: {1}", proven.Remote.ShortId, reason);
                _client.Tell(new HypernetClient.LinkDown(proven.Remote, reason));
                _topology.Tell(new Topology.LinkDown(proven.Remote));
            }

            Perform();
        }

        StopWhenLeft();
    }

    private void Perform()
    {
        // An effect may lead to others only by way of the mailbox, so the list does not grow under the loop.
        foreach (var effect in _effects)
        {
            switch (effect)
            {
                case LinkTableEffect.Confirm confirm when _links.TryGet(confirm.LinkId, out var link):
                    link.Link.Tell(Link.Confirm.Instance);
                    break;
                case LinkTableEffect.CloseLink close when _links.TryGet(close.LinkId, out var link):
                    link.Link.Tell(new Link.CloseLink(ReasonName.Of(close.Reason)));
                    break;
                case LinkTableEffect.ProbeOld probe when _links.TryGet(probe.LinkId, out var link):
                    link.Link.Tell(Link.Probe.Instance);
                    break;
                case LinkTableEffect.Up up when _links.TryGet(up.LinkId, out var link):
                    Raise(link, up.Remote);
                    break;
                case LinkTableEffect.Schedule schedule:
                    Timers.StartSingleTimer(nameof(LinkTable), new LinkTableTimer(schedule.Token), schedule.Delay);
                    break;
            }
        }

        _effects.Clear();
    }

    private void Raise(LinkRecord link, NodeId remote)
    {
        _links.SetUp(remote, link);
        _environment.Counters.Add("link.up");
        _log.Info("link to {0} is up: {1}", remote.ShortId, link.Ready.Address);
        TellUp(_client, link);
        TellUp(_topology, link);
        link.Link.Tell(new Link.OfferSlots(_slots));
    }
}
