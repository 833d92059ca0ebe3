using System.Security.Cryptography;
using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tests.Identity;

namespace ActorP2P.Protocol.Tests.Handshake;

public sealed class HandshakeTests
{
    [Fact]
    public void Two_members_prove_themselves_to_each_other()
    {
        var outcome = HandshakePair.Run(HandshakePair.AliceParameters(), HandshakePair.BobParameters());

        Assert.Null(outcome.Refusal);
        using var alice = outcome.Initiator!;
        using var bob = outcome.Responder!;
        Assert.Equal(HandshakePair.Bob.Id, alice.RemoteId);
        Assert.Equal(HandshakePair.Alice.Id, bob.RemoteId);
        Assert.Equal(1012UL, alice.RemoteEpoch);
        Assert.Equal(1011UL, bob.RemoteEpoch);
        Assert.True(alice.WeInitiated);
        Assert.False(bob.WeInitiated);
        Assert.Equal(HandshakePair.Alice.NotAfter, bob.RemoteCertificateNotAfter);
        Assert.Equal(HandshakePair.Alice.Chain.Hash, bob.RemoteChain.Hash);
        Assert.Equal(alice.OfferTag("ns"), bob.OfferTag("ns"));
    }

    [Fact]
    public void Two_members_on_secp256k1_prove_themselves_to_each_other()
    {
        var outcome = HandshakePair.Run(
            HandshakePair.Parameters(TestPki.Secp256k1.Node("a"), 1),
            HandshakePair.Parameters(TestPki.Secp256k1.Node("b"), 2));

        Assert.Null(outcome.Refusal);
    }

    [Theory]
    [InlineData("aes-128-gcm")]
    [InlineData("aes-256-gcm")]
    [InlineData("chacha20-poly1305")]
    public void Every_built_in_suite_carries_a_handshake(string name)
    {
        Assert.True(AeadSuites.TryFind(name, out var suite));

        var outcome = HandshakePair.Run(
            HandshakePair.AliceParameters() with { Suites = [suite] },
            HandshakePair.BobParameters() with { Suites = [suite] });

        Assert.Null(outcome.Refusal);
        Assert.Equal(name, outcome.Responder!.Suite.Name);
    }

    [Fact]
    public void The_responders_order_of_suites_decides()
    {
        var outcome = HandshakePair.Run(
            HandshakePair.AliceParameters() with { Suites = [AeadSuites.Aes128Gcm, AeadSuites.ChaCha20Poly1305] },
            HandshakePair.BobParameters() with { Suites = [AeadSuites.Aes256Gcm, AeadSuites.ChaCha20Poly1305, AeadSuites.Aes128Gcm] });

        Assert.Equal("chacha20-poly1305", outcome.Initiator!.Suite.Name);
    }

    [Fact]
    public void The_link_nonce_of_each_side_arrives_at_the_other()
    {
        using var initiator = HandshakeInitiator.Start(HandshakePair.AliceParameters(), out var message1);
        var awaiting = (HandshakeResult.Awaiting)HandshakeResponder.Accept(HandshakePair.BobParameters(), message1, HandshakePair.Now);
        var done = (HandshakeResult.Done)initiator.HandleReply(awaiting.Message2, HandshakePair.Now);
        var finished = (HandshakeResult.Done)awaiting.Next.HandleFinish(done.Message3!, HandshakePair.Now);

        Assert.Equal(awaiting.Next.LinkNonce, done.Session.RemoteLinkNonce);
        Assert.Equal(initiator.LinkNonce, finished.Session.RemoteLinkNonce);
    }

    [Fact]
    public void Both_ends_of_one_TLS_connection_agree()
    {
        var (alice, bob) = TlsEnds();

        var outcome = HandshakePair.Run(HandshakePair.AliceParameters() with { Tls = alice }, HandshakePair.BobParameters() with { Tls = bob });

        Assert.Null(outcome.Refusal);
    }

    [Fact]
    public void Neither_certificates_nor_names_nor_epochs_travel_in_clear()
    {
        byte[]? second = null;
        byte[]? third = null;
        HandshakePair.Run(
            HandshakePair.AliceParameters(),
            HandshakePair.BobParameters(),
            onMessage2: message => second = message,
            onMessage3: message => third = message);

        Assert.False(Contains(second!, HandshakePair.Bob.Id.Point));
        Assert.False(Contains(third!, HandshakePair.Alice.Id.Point));
        Assert.False(Contains(second!, "test agency"u8));
        Assert.False(Contains(third!, "test agency"u8));
    }

    [Fact]
    public void A_session_shows_no_secret_in_its_text()
    {
        var (alice, _) = HandshakePair.Sessions();

        Assert.Equal($"session with {HandshakePair.Bob.Id.ShortId}, aes-128-gcm", alice.ToString());
    }

    [Fact]
    public void A_second_reply_or_finish_is_a_programming_error()
    {
        using var initiator = HandshakeInitiator.Start(HandshakePair.AliceParameters(), out var message1);
        var awaiting = (HandshakeResult.Awaiting)HandshakeResponder.Accept(HandshakePair.BobParameters(), message1, HandshakePair.Now);
        var done = (HandshakeResult.Done)initiator.HandleReply(awaiting.Message2, HandshakePair.Now);
        awaiting.Next.HandleFinish(done.Message3!, HandshakePair.Now);

        Assert.Throws<InvalidOperationException>(() => initiator.HandleReply(awaiting.Message2, HandshakePair.Now));
        Assert.Throws<InvalidOperationException>(() => awaiting.Next.HandleFinish(done.Message3!, HandshakePair.Now));
    }

    internal static (TlsChannel Initiator, TlsChannel Responder) TlsEnds()
    {
        var binding = SHA256.HashData("binding"u8);
        var one = SHA256.HashData("initiator spki"u8);
        var two = SHA256.HashData("responder spki"u8);
        return (new TlsChannel(binding, one, two), new TlsChannel(binding, two, one));
    }

    private static bool Contains(byte[] message, ReadOnlySpan<byte> part) => message.AsSpan().IndexOf(part) >= 0;
}
