using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Links;

/// <summary>A namespace that this node serves, as a link must know it.</summary>
/// <param name="Namespace">Its name.</param>
/// <param name="Registration">Grows when the namespace restarts: its session is then renewed.</param>
public readonly record struct ServedNamespace(string Namespace, long Registration);

/// <summary>What a link must do about its namespace sessions.</summary>
public abstract record OfferEffect
{
    /// <summary>Tell the remote that we serve the namespace behind this tag.</summary>
    public sealed record SendOffer(ulong Tag, ReadOnlyMemory<byte> Nonce) : OfferEffect;

    /// <summary>Tell the remote that we no longer do.</summary>
    public sealed record SendWithdraw(ulong Tag) : OfferEffect;

    /// <summary>Both sides serve it: the session is new.</summary>
    public sealed record SessionUp(string Namespace, NamespaceSession Session) : OfferEffect;

    /// <summary>The session is over.</summary>
    public sealed record SessionDown(string Namespace, ulong SessionTag, string Reason) : OfferEffect;

    /// <summary>The remote broke a rule: close the link with this reason.</summary>
    public sealed record Fatal(string Reason) : OfferEffect;
}

/// <summary>
/// Agrees with the remote, namespace by namespace, on sessions over one link. Each side offers a keyed tag and a
/// nonce for what it serves; where both have offered, both derive the session from both nonces. A new nonce from
/// either side ends the old session and begins another, so a restarted namespace never meets its old keys and counters.
/// </summary>
/// <remarks>
/// A tag does not tell the namespace's name, so a remote learns nothing of namespaces that it does not serve itself.
/// Limits: offers of the remote that match nothing of ours, and sessions of one link over its whole life
/// (each is remembered by tag, so that no repeated offer can bring a session back).
/// </remarks>
public sealed class SessionOffers
{
    /// <summary>Sessions that one link may have had, in multiples of its most namespaces; our guess.</summary>
    public const int MaxSessionsPerNamespace = 16;

    private readonly PairSession _pair;
    private readonly IRandomSource _random;
    private readonly int _maxNamespaces;
    private readonly Dictionary<string, Served> _served = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, Served> _byTag = [];
    private readonly Dictionary<ulong, byte[]> _remoteNonces = [];
    private readonly HashSet<ulong> _everDerived = [];

    /// <summary>Begins with nothing offered.</summary>
    /// <param name="pair">The pair's secrets.</param>
    /// <param name="maxNamespaces">Most namespaces that either side may offer.</param>
    /// <param name="random">Source of nonces.</param>
    public SessionOffers(PairSession pair, int maxNamespaces, IRandomSource random)
    {
        _pair = pair;
        _maxNamespaces = maxNamespaces;
        _random = random;
    }

    /// <summary>Serves exactly these namespaces from now on; those beyond the limit are not offered.</summary>
    public void Serve(IReadOnlyList<ServedNamespace> namespaces, List<OfferEffect> effects)
    {
        var wanted = namespaces.Take(_maxNamespaces).ToDictionary(served => served.Namespace, StringComparer.Ordinal);
        foreach (var gone in _served.Values.Where(served => !wanted.ContainsKey(served.Namespace)).ToList())
        {
            End(gone, "withdrawn", effects);
            _served.Remove(gone.Namespace);
            _byTag.Remove(gone.Tag);
            effects.Add(new OfferEffect.SendWithdraw(gone.Tag));
        }

        foreach (var (name, registration) in wanted.Values)
        {
            if (!_served.TryGetValue(name, out var served))
            {
                served = new Served(name, _pair.OfferTag(name));
                _served.Add(name, served);
                _byTag.Add(served.Tag, served);
            }
            else if (served.Registration == registration)
            {
                continue;
            }

            served.Registration = registration;
            Offer(served, effects);
        }
    }

    /// <summary>Offers a served namespace anew, with a fresh nonce; nothing happens when it is not served.</summary>
    public void Renew(string name, List<OfferEffect> effects)
    {
        if (_served.TryGetValue(name, out var served))
        {
            Offer(served, effects);
        }
    }

    /// <summary>The remote serves the namespace behind this tag.</summary>
    public void RemoteOffer(ulong tag, ReadOnlySpan<byte> nonce, List<OfferEffect> effects)
    {
        if (_remoteNonces.TryGetValue(tag, out var known))
        {
            if (nonce.SequenceEqual(known))
            {
                effects.Add(new OfferEffect.Fatal("offer-repeated"));
                return;
            }
        }
        else if (_remoteNonces.Count >= _maxNamespaces)
        {
            effects.Add(new OfferEffect.Fatal("too-many-offers"));
            return;
        }

        _remoteNonces[tag] = nonce.ToArray();
        if (_byTag.TryGetValue(tag, out var served))
        {
            End(served, "renewed", effects);
            Begin(served, effects);
        }
    }

    /// <summary>The remote no longer serves the namespace behind this tag.</summary>
    public void RemoteWithdraw(ulong tag, List<OfferEffect> effects)
    {
        _remoteNonces.Remove(tag);
        if (_byTag.TryGetValue(tag, out var served))
        {
            End(served, "withdrawn-by-remote", effects);
        }
    }

    /// <summary>The link is over: every session ends.</summary>
    public void Close(string reason, List<OfferEffect> effects)
    {
        foreach (var served in _served.Values)
        {
            End(served, reason, effects);
        }

        _served.Clear();
        _byTag.Clear();
        _remoteNonces.Clear();
    }

    private static void End(Served served, string reason, List<OfferEffect> effects)
    {
        if (served.SessionTag is { } tag)
        {
            served.SessionTag = null;
            effects.Add(new OfferEffect.SessionDown(served.Namespace, tag, reason));
        }
    }

    private void Offer(Served served, List<OfferEffect> effects)
    {
        End(served, "renewed", effects);
        served.Nonce = new byte[LinkEntries.NonceLengthBytes];
        _random.Fill(served.Nonce);
        effects.Add(new OfferEffect.SendOffer(served.Tag, served.Nonce));
        Begin(served, effects);
    }

    private void Begin(Served served, List<OfferEffect> effects)
    {
        if (!_remoteNonces.TryGetValue(served.Tag, out var remoteNonce))
        {
            return;
        }

        if (_everDerived.Count >= _maxNamespaces * MaxSessionsPerNamespace)
        {
            effects.Add(new OfferEffect.Fatal("too-many-sessions"));
            return;
        }

        var session = _pair.Derive(served.Namespace, served.Nonce, remoteNonce);
        if (!_everDerived.Add(session.Tag))
        {
            session.Dispose();
            effects.Add(new OfferEffect.Fatal("offer-repeated"));
            return;
        }

        served.SessionTag = session.Tag;
        effects.Add(new OfferEffect.SessionUp(served.Namespace, session));
    }

    private sealed class Served(string name, ulong tag)
    {
        public string Namespace { get; } = name;

        public ulong Tag { get; } = tag;

        public long Registration { get; set; } = long.MinValue;

        public byte[] Nonce { get; set; } = [];

        public ulong? SessionTag { get; set; }
    }
}
