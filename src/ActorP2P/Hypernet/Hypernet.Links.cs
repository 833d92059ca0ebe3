using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Links;

namespace ActorP2P;

/// <content>From a connection to a link, and to its end.</content>
public sealed partial class Hypernet
{
    private const string SelfConnection = "self-connection";
    private const string TooManyLinks = "too-many-links";

    private void HandleLinks()
    {
        Receive<ConnectionReady>(Connect);
        Receive<HandshakeDone>(HandleHandshakeDone);
        Receive<HandshakeFailed>(HandleHandshakeFailed);
        Receive<RemoteConfirmed>(confirmed =>
        {
            _table.Confirmed(confirmed.LinkId, Steady, _effects);
            Perform();
        });
        Receive<ProbeAnswered>(answered =>
        {
            _table.ProbeAnswered(answered.LinkId, Steady, _effects);
            Perform();
        });
        Receive<LinkTableTimer>(timer =>
        {
            _table.HandleTimer(timer.Token, Steady, _effects);
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

        if (_isSucceeding)
        {
            ready.Connection.Close();
            EndAttempt(ready, Succeeded);
            return;
        }

        if (_links.ProvenCount >= _environment.Settings.Admission.MaxLinks)
        {
            ready.Connection.Close();
            _environment.Counters.Add("link.refused." + TooManyLinks);
            EndAttempt(ready, TooManyLinks);
            return;
        }

        var name = HypernetStrategy.LinkPrefix + id;
        var parts = new Link.Parts(_topology, _tunnels);
        var link = Context.Watch(Context.ActorOf(
            RuntimeProps.Of(() => new Link(
                _environment, ready.Connection, ready.WeDialled, ready.Address, ready.ExpectedId, _listeners, Self, parts)), name));
        _links.Add(new LinkRecord(id, link, ready, parts.Figures));
    }

    private void HandleHandshakeDone(HandshakeDone done)
    {
        if (!_links.TryGet(done.LinkId, out var link) || _isSucceeding || RefuseLate(done, link))
        {
            return;
        }

        link.Proven = done;
        _listeners.Admission.Links = _links.ProvenCount;
        link.IsAttemptOver = true;
        if (link.Ready.WeDialled)
        {
            _client.Tell(new HypernetClient.AddressProven(link.Ready.Address, done.Remote));
            _listeners.Admission.NoteMember(AdmissionGate.SourceIp(link.Ready.Connection.RemoteEndpoint));
        }
        else
        {
            _server.Tell(new HypernetServer.HandshakeEnded(link.Id, IsMember: true));
        }

        _table.HandshakeDone(done.LinkId, done.Remote, done.RemoteEpoch, Steady, _effects);
        Perform();
    }

    private void HandleHandshakeFailed(HandshakeFailed failed)
    {
        _environment.Counters.Add((failed.RefusedByUs ? "link.refused." : "link.handshake-lost.") + failed.Reason);
        if (failed.RefusedByUs && failed.Reason is not (SelfConnection or Link.CpuBudgetSpent))
        {
            TellRejection(failed.Endpoint, failed.Reason, failed.Detail);
        }

        if (!_links.TryGet(failed.LinkId, out var link) || link.IsAttemptOver)
        {
            return;
        }

        link.IsAttemptOver = true;
        if (failed.Reason == SelfConnection && link.Ready.WeDialled)
        {
            // One of the configured addresses is our own: the client takes it out of its plan.
            _client.Tell(new HypernetClient.AddressProven(link.Ready.Address, _environment.Trust.Identity.Id));
        }
        else
        {
            EndAttempt(link.Ready, failed.Reason);
        }
    }

    private void EndAttempt(ConnectionReady ready, string reason)
    {
        if (ready.WeDialled)
        {
            _client.Tell(new HypernetClient.AttemptFailed(ready.Address, reason));
        }
        else
        {
            _server.Tell(new HypernetServer.HandshakeEnded(ready.Connection.Id, IsMember: false));
        }
    }

    private void EndLink(long id, string reason)
    {
        if (!_links.TryGet(id, out var link))
        {
            return;
        }

        link.EndReason ??= reason;
        if (link.Proven is not null)
        {
            _environment.Counters.Add("link.ended." + link.EndReason.Split(':')[0]);
        }

        if (!link.IsAttemptOver)
        {
            EndAttempt(link.Ready, reason);
        }

        NoteHint(reason);
        _table.LinkClosed(id, Steady, _effects);
        Perform();
        _links.Remove(id);
        _listeners.Admission.Links = _links.ProvenCount;
        if (link is { Ready.WeDialled: true, Proven: not null, WasUp: false })
        {
            // Proven and yet never the one: the client dials again unless another link is up.
            _client.Tell(new HypernetClient.AttemptFailed(link.Ready.Address, link.EndReason));
        }

        StopWhenLeft();
        CompleteWhenClosed();
    }

    private void Perform()
    {
        // An effect may lead to others only by way of the mailbox, so the list does not grow under the loop.
        foreach (var effect in _effects)
        {
            switch (effect)
            {
                case LinkEffect.Confirm confirm when _links.TryGet(confirm.LinkId, out var link):
                    link.Link.Tell(Link.Confirm.Instance);
                    break;
                case LinkEffect.CloseLink { Reason: LinkCloseReason.OlderEpoch } close when _links.TryGet(close.LinkId, out var link):
                    link.EndReason ??= ReasonName.Of(close.Reason);
                    _topology.Tell(new Topology.CloseWithProof(link.Link, link.Proven!.Remote, link.Proven.RemoteEpoch, link.EndReason));
                    break;
                case LinkEffect.CloseLink close when _links.TryGet(close.LinkId, out var link):
                    link.EndReason ??= ReasonName.Of(close.Reason);
                    link.Link.Tell(new Link.CloseLink(link.EndReason));
                    break;
                case LinkEffect.ProbeOld probe when _links.TryGet(probe.LinkId, out var link):
                    link.Link.Tell(Link.Probe.Instance);
                    break;
                case LinkEffect.Up up when _links.TryGet(up.LinkId, out var link):
                    Raise(link, up.Remote);
                    break;
                case LinkEffect.Down down when _links.TryGet(down.LinkId, out var link):
                    Lower(link, down.Remote);
                    break;
                case LinkEffect.Schedule schedule:
                    Timers.StartSingleTimer(nameof(LinkTable), new LinkTableTimer(schedule.Token), schedule.Delay);
                    break;
            }
        }

        _effects.Clear();
    }

    private void Raise(LinkRecord link, NodeId remote)
    {
        link.WasUp = true;
        link.UpSince = _environment.Time.GetUtcNow();
        _environment.Epochs.NoteLinked();
        _links.SetUp(remote, link);
        _environment.Counters.Add("link.up");
        _log.Info("link to {0} is up: {1}", remote.ShortId, link.Ready.Address);
        TellUp(_client, link);
        TellUp(_topology, link);
        TellUp(_tunnels, link);
        link.Link.Tell(new Link.OfferSlots(_slots));
    }

    private void Lower(LinkRecord link, NodeId remote)
    {
        if (!_links.SetDown(remote, link))
        {
            return;
        }

        var reason = link.EndReason ?? "unknown";
        _log.Info("link to {0} is down: {1}", remote.ShortId, reason);
        _client.Tell(new HypernetClient.LinkDown(remote, reason));
        _topology.Tell(new Topology.LinkDown(remote));
        _tunnels.Tell(new TunnelRouter.LinkDown(remote));
    }
}
