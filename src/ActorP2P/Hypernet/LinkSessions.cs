using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Links;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>
/// The namespace sessions of one link: agrees on them, announces them to their PeerManagers, and hands each read's
/// records to their peers, one message a session.
/// </summary>
/// <remarks>
/// Records of a session that nobody has bound yet are copied and kept up to <c>link.unbound-session-bytes</c>: a slice
/// would keep the whole read buffer alive, which no count of its own bytes would show. What was handed to a peer stays
/// charged to the connection until the peer has opened it: a lane's window holds back only who keeps to it, and the
/// control lane has none, so the peer's mailbox would be the queue of a remote that sends faster than records open.
/// </remarks>
internal sealed class LinkSessions
{
    /// <summary>What a frame costs beside its bytes, so that many small ones count too.</summary>
    private const int FrameOverheadBytes = 64;

    private readonly SessionOffers _offers;
    private readonly PairSession _pair;
    private readonly LinkSettings _settings;
    private readonly ControlOutbox _outbox;
    private readonly NodeCounters _counters;
    private readonly IActorRef _link;
    private readonly NodeTrust _trust;
    private readonly bool _isRelayed;
    private readonly Action<int> _charge;
    private readonly Dictionary<string, IActorRef> _managers = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, Entry> _entries = [];
    private readonly List<Entry> _touched = [];
    private readonly List<OfferEffect> _effects = [];

    /// <param name="pair">The pair's secrets.</param>
    /// <param name="environment">Settings, trust and counters.</param>
    /// <param name="outbox">Takes offers.</param>
    /// <param name="link">The link.</param>
    /// <param name="isRelayed">Whether it runs through relays.</param>
    /// <param name="charge">Told the bytes of records that wait at peers; less than 0 when they wait no longer.</param>
    public LinkSessions(PairSession pair, NodeEnvironment environment, ControlOutbox outbox, IActorRef link, bool isRelayed, Action<int> charge)
    {
        _charge = charge;
        _pair = pair;
        _settings = environment.Settings.Link;
        _offers = new SessionOffers(pair, _settings.MaxNamespaces, environment.Random);
        _outbox = outbox;
        _counters = environment.Counters;
        _link = link;
        _trust = environment.Trust;
        _isRelayed = isRelayed;
    }

    /// <summary>Serves these namespaces from now on.</summary>
    /// <returns>Why the link must close, or null.</returns>
    public string? Serve(IReadOnlyList<Hypernet.SlotEntry> slots)
    {
        // To a node that is no member of a namespace the namespace is not there.
        slots = [.. slots.Where(slot => _trust.Current.MayJoin(slot.Namespace, _pair.RemoteId))];

        // What ends is told to the managers of before, what begins to those of now.
        foreach (var slot in slots)
        {
            _managers[slot.Namespace] = slot.PeerManager;
        }

        var served = slots.Select(slot => new ServedNamespace(slot.Namespace, slot.Registration)).ToList();
        _offers.Serve(served, _effects);
        var fatal = Perform();
        var names = served.Select(slot => slot.Namespace).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _managers.Keys.Where(name => !names.Contains(name)).ToList())
        {
            _managers.Remove(gone);
        }

        return fatal;
    }

    /// <summary>The namespace's session is to begin anew.</summary>
    /// <returns>Why the link must close, or null.</returns>
    public string? Renew(string name)
    {
        _offers.Renew(name, _effects);
        return Perform();
    }

    /// <summary>The remote offered or withdrew a namespace.</summary>
    /// <returns>Why the link must close, or null.</returns>
    public string? Handle(in LinkEntry entry)
    {
        if (entry.Kind == LinkEntryKind.Offer)
        {
            _offers.RemoteOffer(entry.Number, entry.Bytes.Span, _effects);
        }
        else
        {
            _offers.RemoteWithdraw(entry.Number, _effects);
        }

        return Perform();
    }

    /// <summary>The link ends: so does every session.</summary>
    public void Close(string reason)
    {
        _offers.Close(reason, _effects);
        Perform();
    }

    /// <summary>True while the session is the namespace's present one.</summary>
    public bool IsOpen(ulong tag) => _entries.ContainsKey(tag);

    /// <summary>This peer takes the session's records; those that waited follow at once.</summary>
    /// <returns>False when the session is over.</returns>
    public bool Bind(ulong tag, IActorRef peer)
    {
        if (!_entries.TryGetValue(tag, out var entry))
        {
            return false;
        }

        entry.Peer = peer;
        Hand(entry);
        return true;
    }

    /// <summary>The peer is gone: its session's records have no receiver until the session is renewed.</summary>
    public void PeerGone(IActorRef peer)
    {
        foreach (var entry in _entries.Values.Where(entry => peer.Equals(entry.Peer)))
        {
            entry.IsAbandoned = true;
            GiveBack(entry);
        }
    }

    /// <summary>A peer has opened records that were charged so much.</summary>
    public void Taken(ulong tag, int charge)
    {
        // What a session left behind was given back with it.
        if (_entries.TryGetValue(tag, out var entry) && entry.Charged >= charge)
        {
            entry.Charged -= charge;
            _charge(-charge);
        }
    }

    /// <summary>Takes a record; it is handed on by <see cref="Flush"/>.</summary>
    /// <returns>Why the link must close, or null.</returns>
    public string? Take(in Frame frame)
    {
        // A renewed session's last records may still be under way, so this is no offence of the remote.
        if (!_entries.TryGetValue(frame.Header.Session, out var entry))
        {
            _counters.Add("link.dropped.unknown-session");
            return null;
        }

        if (entry.IsAbandoned)
        {
            _counters.Add("link.dropped.peer-gone");
            return null;
        }

        if (entry.Peer is not null)
        {
            if (entry.Frames.Count == 0)
            {
                _touched.Add(entry);
            }

            entry.Frames.Add(frame);
            return null;
        }

        entry.WaitingBytes += frame.Bytes.Length;
        entry.Frames.Add(frame with { Bytes = frame.Bytes.ToArray() });
        return entry.WaitingBytes > _settings.UnboundSessionBytes ? "unbound-session-overflow" : null;
    }

    /// <summary>Hands what was taken to the peers.</summary>
    public void Flush()
    {
        foreach (var entry in _touched)
        {
            Hand(entry);
        }

        _touched.Clear();
    }

    private void Hand(Entry entry)
    {
        if (entry.Frames.Count > 0 && entry.Peer is not null)
        {
            var charge = entry.Frames.Sum(static frame => frame.Bytes.Length + FrameOverheadBytes);
            entry.Charged += charge;
            _charge(charge);
            entry.Peer.Tell(new Peer.RecordsReceived(entry.Frames, charge), _link);
            entry.Frames = [];
            entry.WaitingBytes = 0;
        }
    }

    private void GiveBack(Entry entry)
    {
        _charge(-entry.Charged);
        entry.Charged = 0;
    }

    private string? Perform()
    {
        string? fatal = null;
        foreach (var effect in _effects)
        {
            switch (effect)
            {
                case OfferEffect.SendOffer offer:
                    _outbox.Offer(offer.Tag, offer.Nonce);
                    break;
                case OfferEffect.SendWithdraw withdraw:
                    _outbox.Withdraw(withdraw.Tag);
                    break;
                case OfferEffect.SessionUp up:
                    _entries[up.Session.Tag] = new Entry(_managers[up.Namespace]);
                    _managers[up.Namespace].Tell(new PeerManager.SessionUp(_pair.RemoteId, _pair.RemoteEpoch, _link, up.Session, _isRelayed), _link);
                    break;
                case OfferEffect.SessionDown down when _entries.Remove(down.SessionTag, out var entry):
                    GiveBack(entry);
                    entry.Manager.Tell(new PeerManager.SessionDown(_pair.RemoteId, down.SessionTag, down.Reason), _link);
                    break;
                case OfferEffect.Fatal broken:
                    fatal ??= broken.Reason;
                    break;
            }
        }

        _effects.Clear();
        return fatal;
    }

    private sealed class Entry(IActorRef manager)
    {
        public IActorRef Manager { get; } = manager;

        public IActorRef? Peer { get; set; }

        public bool IsAbandoned { get; set; }

        public List<Frame> Frames { get; set; } = [];

        public int WaitingBytes { get; set; }

        public int Charged { get; set; }
    }
}
