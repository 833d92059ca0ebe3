using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tests.Handshake;

namespace ActorP2P.Protocol.Tests.Session;

public sealed class PairSessionTests
{
    private static readonly byte[] One = [.. Enumerable.Repeat((byte)1, 16)];
    private static readonly byte[] Two = [.. Enumerable.Repeat((byte)2, 16)];

    [Fact]
    public void Both_ends_derive_the_same_tag_and_only_with_the_same_nonces()
    {
        var (alice, bob) = HandshakePair.Sessions();

        Assert.Equal(alice.Derive("ns", One, Two).Tag, bob.Derive("ns", Two, One).Tag);
        Assert.NotEqual(alice.Derive("ns", One, Two).Tag, bob.Derive("ns", One, Two).Tag);
        Assert.NotEqual(alice.Derive("ns", One, Two).Tag, alice.Derive("nt", One, Two).Tag);
        Assert.NotEqual(0ul, alice.Derive("ns", One, Two).Tag);
    }

    [Fact]
    public void The_link_session_has_the_reserved_tag_and_works_both_ways()
    {
        var (alice, bob) = HandshakePair.Sessions();

        Assert.Equal(0ul, alice.Link.Tag);
        Assert.Equal(bob.RemoteId, HandshakePair.Alice.Id);
        Assert.Equal("ping", RecordPair.OpenText(bob.Link.Opener(Lane.Control), RecordPair.Seal(alice.Link.Sealer(Lane.Control), "ping")));
        Assert.Equal("pong", RecordPair.OpenText(alice.Link.Opener(Lane.Control), RecordPair.Seal(bob.Link.Sealer(Lane.Control), "pong")));
    }

    [Fact]
    public void An_offer_tag_is_common_to_the_pair_and_means_nothing_to_another_pair()
    {
        var (alice, bob) = HandshakePair.Sessions();
        var (stranger, _) = HandshakePair.Sessions();

        Assert.Equal(alice.OfferTag("consensus"), bob.OfferTag("consensus"));
        Assert.NotEqual(alice.OfferTag("consensus"), alice.OfferTag("executor"));
        Assert.NotEqual(alice.OfferTag("consensus"), stranger.OfferTag("consensus"));
    }

    [Fact]
    public void The_same_nodes_with_the_same_nonces_get_new_keys_in_every_handshake()
    {
        var (first, _) = HandshakePair.Sessions();
        var (second, _) = HandshakePair.Sessions();

        Assert.NotEqual(first.Derive("ns", One, Two).Tag, second.Derive("ns", One, Two).Tag);
    }

    [Fact]
    public void Names_and_nonces_of_the_wrong_length_are_programming_errors()
    {
        var (alice, _) = HandshakePair.Sessions();

        Assert.Throws<ArgumentException>(() => alice.Derive("", One, Two));
        Assert.Throws<ArgumentException>(() => alice.Derive(new string('x', 129), One, Two));
        Assert.Throws<ArgumentException>(() => alice.Derive("ns", One[1..], Two));
        Assert.Throws<ArgumentException>(() => alice.OfferTag(""));
        Assert.NotEqual(0ul, alice.Derive(new string('x', 128), One, Two).Tag);
    }

    [Fact]
    public void A_disposed_session_gives_no_keys()
    {
        var (alice, _) = HandshakePair.Sessions();
        var ns = alice.Derive("ns", One, Two);
        var link = alice.Link;

        alice.Dispose();

        Assert.Throws<ObjectDisposedException>(() => alice.Derive("ns", One, Two));
        Assert.Throws<ObjectDisposedException>(() => alice.OfferTag("ns"));
        Assert.Throws<ObjectDisposedException>(() => link.Sealer(Lane.Control));
        Assert.NotEmpty(RecordPair.Seal(ns.Sealer(Lane.Request), "derived before, lives on"));
        ns.Dispose();
        Assert.Throws<ObjectDisposedException>(() => ns.Opener(Lane.Request));
    }

    [Fact]
    public void Disposing_zeroes_secret_bytes()
    {
        var secret = new SecretBytes(32);
        secret.Span.Fill(0x5A);

        secret.Dispose();

        Assert.False(secret.Span.ContainsAnyExcept((byte)0));
        Assert.Equal("secret", secret.ToString());
    }
}
