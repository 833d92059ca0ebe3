using ActorP2P.Protocol.Links;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tests.Handshake;
using ActorP2P.Protocol.Tests.Identity;

namespace ActorP2P.Protocol.Tests.Links;

/// <summary>Two sides of one link agree on namespace sessions.</summary>
public sealed class SessionOffersTests : IDisposable
{
    private const int MaxNamespaces = 3;

    private readonly PairSession _pairA;
    private readonly PairSession _pairB;
    private readonly Side _a;
    private readonly Side _b;

    public SessionOffersTests()
    {
        (_pairA, _pairB) = HandshakePair.Sessions();
        _a = new Side(new SessionOffers(_pairA, MaxNamespaces, new SeededRandom(1)));
        _b = new Side(new SessionOffers(_pairB, MaxNamespaces, new SeededRandom(2)));
    }

    [Fact]
    public void A_session_comes_up_on_both_sides_with_one_tag_once_both_serve_the_namespace()
    {
        _a.Serve(("votes", 1), ("only-a", 2));
        Exchange();
        Assert.Empty(_a.Open);
        _b.Serve(("votes", 1));
        Exchange();

        Assert.Equal(_a.Open["votes"], _b.Open["votes"]);
        Assert.NotEqual(0UL, _a.Open["votes"]);
        Assert.Single(_a.Open);
        Assert.Single(_b.Open);
    }

    [Fact]
    public void A_new_registration_renews_the_session_on_both_sides()
    {
        Both(("votes", 1));
        var before = _a.Open["votes"];
        _a.Serve(("votes", 2));
        Exchange();

        Assert.Equal(_a.Open["votes"], _b.Open["votes"]);
        Assert.NotEqual(before, _a.Open["votes"]);
        Assert.Contains(("votes", before, "renewed"), _b.Ended);
    }

    [Fact]
    public void Serving_the_same_again_changes_nothing()
    {
        Both(("votes", 1));
        _a.Serve(("votes", 1));
        Assert.Empty(_a.Outbox);
        Assert.Empty(_a.Ended);
    }

    [Fact]
    public void Closing_on_one_side_ends_the_session_on_both_and_opening_again_gives_new_keys()
    {
        Both(("votes", 1));
        var before = _a.Open["votes"];
        _a.Serve();
        Exchange();
        Assert.Empty(_a.Open);
        Assert.Empty(_b.Open);
        Assert.Equal([("votes", before, "withdrawn-by-remote")], _b.Ended);

        _a.Serve(("votes", 2));
        Exchange();
        Assert.Equal(_a.Open["votes"], _b.Open["votes"]);
        Assert.NotEqual(before, _a.Open["votes"]);
    }

    [Fact]
    public void Both_renewing_at_once_agree_in_the_end()
    {
        Both(("votes", 1));
        _a.Renew("votes");
        _b.Renew("votes");
        _a.Renew("votes");
        Exchange();
        Assert.Equal(_a.Open["votes"], _b.Open["votes"]);
    }

    [Fact]
    public void Renewing_what_is_not_served_does_nothing()
    {
        _a.Renew("votes");
        Assert.Empty(_a.Outbox);
    }

    [Fact]
    public void An_offer_repeated_word_for_word_is_refused()
    {
        Both(("votes", 1));
        _a.RemoteOffer(_pairA.OfferTag("votes"), _b.LastNonce.ToArray());
        Assert.Equal("offer-repeated", _a.Fatal);
    }

    [Fact]
    public void A_withdrawn_offer_that_comes_back_word_for_word_brings_no_session_back()
    {
        Both(("votes", 1));
        var tag = _pairA.OfferTag("votes");
        var nonce = _b.LastNonce.ToArray();
        _a.RemoteWithdraw(tag);
        _a.RemoteOffer(tag, nonce);
        Assert.Equal("offer-repeated", _a.Fatal);
        Assert.Empty(_a.Open);
    }

    [Fact]
    public void More_offers_than_allowed_are_refused_matched_or_not()
    {
        for (var tag = 1UL; tag <= MaxNamespaces; tag++)
        {
            _a.RemoteOffer(tag, new byte[16]);
            Assert.Null(_a.Fatal);
        }

        _a.RemoteOffer(99, new byte[16]);
        Assert.Equal("too-many-offers", _a.Fatal);
    }

    [Fact]
    public void Renewing_without_end_ends_the_link()
    {
        Both(("votes", 1));
        var random = new SeededRandom(3);
        var tag = _pairA.OfferTag("votes");
        var renewals = 0;
        while (_a.Fatal is null)
        {
            var nonce = new byte[16];
            random.Fill(nonce);
            _a.RemoteOffer(tag, nonce);
            renewals++;
            Assert.True(renewals <= MaxNamespaces * SessionOffers.MaxSessionsPerNamespace);
        }

        Assert.Equal("too-many-sessions", _a.Fatal);
    }

    [Fact]
    public void Namespaces_beyond_the_limit_are_not_offered()
    {
        _a.Serve(("one", 1), ("two", 1), ("three", 1), ("four", 1));
        Assert.Equal(MaxNamespaces, _a.Outbox.Count);
    }

    [Fact]
    public void Closing_the_link_ends_every_session_with_the_reason()
    {
        Both(("votes", 1), ("blocks", 1));
        _a.Close("silent");
        Assert.Equal(2, _a.Ended.Count(end => end.Reason == "silent"));
        Assert.Empty(_a.Open);
    }

    public void Dispose()
    {
        _pairA.Dispose();
        _pairB.Dispose();
    }

    private void Both(params (string Name, long Registration)[] namespaces)
    {
        _a.Serve(namespaces);
        _b.Serve(namespaces);
        Exchange();
    }

    private void Exchange()
    {
        while (_a.Outbox.Count > 0 || _b.Outbox.Count > 0)
        {
            Deliver(_a, _b);
            Deliver(_b, _a);
        }
    }

    private static void Deliver(Side from, Side to)
    {
        var sent = from.Outbox.ToList();
        from.Outbox.Clear();
        foreach (var effect in sent)
        {
            if (effect is OfferEffect.SendOffer offer)
            {
                to.RemoteOffer(offer.Tag, offer.Nonce.ToArray());
            }
            else
            {
                to.RemoteWithdraw(((OfferEffect.SendWithdraw)effect).Tag);
            }
        }
    }

    private sealed class Side(SessionOffers offers)
    {
        private readonly List<OfferEffect> _effects = [];

        public List<OfferEffect> Outbox { get; } = [];

        public Dictionary<string, ulong> Open { get; } = [];

        public List<(string Name, ulong Tag, string Reason)> Ended { get; } = [];

        public ReadOnlyMemory<byte> LastNonce { get; private set; }

        public string? Fatal { get; private set; }

        public void Serve(params (string Name, long Registration)[] namespaces)
        {
            offers.Serve([.. namespaces.Select(served => new ServedNamespace(served.Name, served.Registration))], _effects);
            Perform();
        }

        public void Renew(string name)
        {
            offers.Renew(name, _effects);
            Perform();
        }

        public void RemoteOffer(ulong tag, byte[] nonce)
        {
            offers.RemoteOffer(tag, nonce, _effects);
            Perform();
        }

        public void RemoteWithdraw(ulong tag)
        {
            offers.RemoteWithdraw(tag, _effects);
            Perform();
        }

        public void Close(string reason)
        {
            offers.Close(reason, _effects);
            Perform();
        }

        private void Perform()
        {
            foreach (var effect in _effects)
            {
                switch (effect)
                {
                    case OfferEffect.SendOffer offer:
                        LastNonce = offer.Nonce;
                        Outbox.Add(offer);
                        break;
                    case OfferEffect.SendWithdraw:
                        Outbox.Add(effect);
                        break;
                    case OfferEffect.SessionUp up:
                        Open.Add(up.Namespace, up.Session.Tag);
                        up.Session.Dispose();
                        break;
                    case OfferEffect.SessionDown down:
                        Assert.True(Open.Remove(down.Namespace, out var tag) && tag == down.SessionTag);
                        Ended.Add((down.Namespace, down.SessionTag, down.Reason));
                        break;
                    case OfferEffect.Fatal fatal:
                        Fatal ??= fatal.Reason;
                        break;
                }
            }

            _effects.Clear();
        }
    }
}
