namespace ActorP2P;

/// <content>
/// Which of the sessions with the remote is used. A direct link goes before relays; a session that the remote begins to use
/// is used; and when the one in use is lost, another one takes its place, or is asked for.
/// </content>
internal sealed partial class Peer
{
    private readonly Dictionary<ulong, UseSession> _standby = [];
    private readonly Dictionary<ulong, IActorRef> _spent = [];
    private UseSession? _current;
    private bool _wantsSession;

    private void Use(UseSession offered)
    {
        if (_current is { IsRelayed: false } && offered.IsRelayed)
        {
            _standby[offered.Session.Tag] = offered;
        }
        else
        {
            Activate(offered);
        }
    }

    private void Activate(UseSession next)
    {
        if (_current is { } former)
        {
            // Its link may outlive it: then a fresh session of it can be had when this one is lost.
            _spent[former.Session.Tag] = former.Link;
        }

        _standby.Remove(next.Session.Tag);
        _current = next;
        _wantsSession = false;
        _channel.Resume(next.Session);
        AskFlush(0);
    }

    private void Lose(ulong tag)
    {
        _spent.Remove(tag);
        if (_standby.Remove(tag, out var unused))
        {
            unused.Session.Dispose();
        }
        else if (_current is { } current && current.Session.Tag == tag)
        {
            Leave(current);
            Replace();
        }
    }

    private void Leave(UseSession session)
    {
        _channel.Suspend();
        _current = null;
        _environment.Counters.Add(session.IsRelayed ? "peer.suspended.relayed" : "peer.suspended.linked");
    }

    private void Replace()
    {
        if (_standby.Count > 0)
        {
            Activate(_standby.Values.First());
        }
        else if (_spent.Count > 0)
        {
            foreach (var link in _spent.Values)
            {
                link.Tell(new Link.RenewSession(_namespace));
            }
        }
        else
        {
            WantSession();
        }
    }

    // Both sides may keep silent for ever where neither has anything to say: a session costs a handshake.
    private void WantSession()
    {
        if (_current is null && !_wantsSession && _channel.HasUnsettled)
        {
            _wantsSession = true;
            Context.Parent.Tell(new PeerManager.SessionWanted(_remote));
        }
    }

    private bool IsInUse(ulong tag)
    {
        if (_standby.TryGetValue(tag, out var chosen))
        {
            // The remote uses it, so it has lost the one in use here.
            Activate(chosen);
        }

        return _current is { } current && current.Session.Tag == tag;
    }
}
