using ActorP2P.Protocol.Handshake;

namespace ActorP2P.Protocol.Tests.Handshake;

/// <summary>The handshake is bound to the TLS connection below it: it cannot be moved to another one.</summary>
public sealed class HandshakeTlsTests
{
    [Fact]
    public void TLS_on_one_side_only_is_refused()
    {
        var (initiator, responder) = HandshakeTests.TlsEnds();

        Assert.Equal(HandshakeRefusal.TlsMismatch, HandshakePair.Run(HandshakePair.AliceParameters() with { Tls = initiator }, HandshakePair.BobParameters()).Refusal!.Reason);
        Assert.Equal(HandshakeRefusal.TlsMismatch, HandshakePair.Run(HandshakePair.AliceParameters(), HandshakePair.BobParameters() with { Tls = responder }).Refusal!.Reason);
    }

    [Fact]
    public void A_handshake_moved_to_another_TLS_connection_is_refused()
    {
        var (initiator, responder) = HandshakeTests.TlsEnds();
        TlsChannel[] moved =
        [
            new(new byte[] { 1, 2, 3 }, responder.LocalSpkiHash, responder.RemoteSpkiHash),
            new(responder.ChannelBinding, new byte[32], responder.RemoteSpkiHash),
            new(responder.ChannelBinding, responder.LocalSpkiHash, new byte[32]),
            new(responder.ChannelBinding, responder.RemoteSpkiHash, responder.LocalSpkiHash),
        ];

        foreach (var other in moved)
        {
            var outcome = HandshakePair.Run(HandshakePair.AliceParameters() with { Tls = initiator }, HandshakePair.BobParameters() with { Tls = other });
            Assert.Equal(HandshakeRefusal.TlsMismatch, outcome.Refusal!.Reason);
        }
    }

    [Fact]
    public void A_TLS_terminating_relay_that_rewrites_the_binding_is_noticed()
    {
        var (initiator, responder) = HandshakeTests.TlsEnds();
        var relayed = new TlsChannel(new byte[] { 9 }, responder.LocalSpkiHash, responder.RemoteSpkiHash);

        var outcome = HandshakePair.Run(
            HandshakePair.AliceParameters() with { Tls = initiator },
            HandshakePair.BobParameters() with { Tls = relayed },
            onMessage1: bytes =>
            {
                InitiatorHello.TryDecode(bytes, out var hello);
                return (hello! with { TlsHash = HelloFields.TlsHash(relayed, weInitiate: false) }).Encode();
            });

        Assert.Equal(2, outcome.RefusedMessage);
        Assert.Equal(HandshakeRefusal.Tampered, outcome.Refusal!.Reason);
    }

    [Fact]
    public void A_TLS_connection_without_a_binding_does_not_construct()
    {
        Assert.Throws<ArgumentException>(() => new TlsChannel(ReadOnlyMemory<byte>.Empty, new byte[32], new byte[32]));
        Assert.Throws<ArgumentException>(() => new TlsChannel(new byte[32], new byte[31], new byte[32]));
    }
}
