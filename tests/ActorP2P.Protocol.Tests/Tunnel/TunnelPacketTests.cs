using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Tests.Handshake;
using ActorP2P.Protocol.Tunnel;

namespace ActorP2P.Protocol.Tests.Tunnel;

/// <summary>What relays carry, and what only the two ends can read.</summary>
public sealed class TunnelPacketTests
{
    private static readonly NodeId A = SimulatedCurve.IdOf(1);
    private static readonly NodeId B = SimulatedCurve.IdOf(2);

    [Fact]
    public void A_packet_reads_back_as_it_was_written()
    {
        var packet = new TunnelPacket(TunnelPacketKind.Sealed, 7, A, B, AvoidedNodes.Of([9, 3, 9]), new byte[] { 1, 2, 3 });
        var bytes = packet.Encode();
        Assert.Equal(3 + 128 + 16 + 3, bytes.Length);
        Assert.Equal([4, 7, 2], bytes[..3]);
        Assert.True(TunnelPacket.TryDecode(bytes, out var read));
        Assert.Equal((packet.Kind, packet.HopsLeft, A, B, packet.Avoided), (read.Kind, read.HopsLeft, read.Source, read.Destination, read.Avoided));
        Assert.Equal(packet.Body.ToArray(), read.Body.ToArray());
    }

    [Fact]
    public void Every_cut_and_every_bad_field_is_refused_without_an_exception()
    {
        var bytes = new TunnelPacket(TunnelPacketKind.Hello, 7, A, B, AvoidedNodes.Of([3, 9]), default).Encode();
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(TunnelPacket.TryDecode(bytes.AsMemory(0, length), out _));
        }

        foreach (var (at, value) in new[] { (0, 0), (0, 6), (2, AvoidedNodes.MaxCount + 1), (131, 200) })
        {
            var changed = bytes.ToArray();
            changed[at] = (byte)value;
            Assert.False(TunnelPacket.TryDecode(changed, out _));
        }
    }

    [Fact]
    public void A_refusal_quotes_the_end_of_what_it_refuses_and_nobody_refuses_a_refusal()
    {
        byte[] body = [.. Enumerable.Range(0, 40).Select(static i => (byte)i)];
        var packet = new TunnelPacket(TunnelPacketKind.Sealed, 7, A, B, AvoidedNodes.None, body);
        var notice = TunnelRefusalNotice.About(packet, TunnelRefusal.RelayBusy)!;
        Assert.True(TunnelRefusalNotice.TryDecode(notice.Encode(), out var read));
        Assert.Equal((TunnelRefusal.RelayBusy, B), (read.Reason, read.Destination));
        Assert.Equal(body[24..], read.Proof.ToArray());
        Assert.Null(TunnelRefusalNotice.About(packet with { Kind = TunnelPacketKind.Refused }, TunnelRefusal.NoRoute));
        Assert.Null(TunnelRefusalNotice.About(packet with { Body = body.AsMemory(0, 15) }, TunnelRefusal.NoRoute));
        Assert.False(TunnelRefusalNotice.TryDecode(notice.Encode().AsMemory(1), out _));
        Assert.False(TunnelRefusalNotice.TryDecode((byte[])[4, .. notice.Encode()[1..]], out _));
    }

    [Fact]
    public void Sealed_packets_open_once_in_any_order_and_only_at_the_other_end()
    {
        var (alice, bob) = Ciphers();
        var first = alice.Seal([1]);
        var second = alice.Seal([2]);
        Assert.Equal(TunnelVerdict.Opened, bob.Open(second, out var text));
        Assert.Equal([2], text.ToArray());
        Assert.Equal(TunnelVerdict.Opened, bob.Open(first, out _));
        Assert.Equal(TunnelVerdict.Repeated, bob.Open(first, out _));
        Assert.Equal(TunnelVerdict.Repeated, bob.Open(second, out _));

        // Its own packet sent back, and one of other keys.
        Assert.Equal(TunnelVerdict.Tampered, alice.Open(alice.Seal([3]), out _));
        Assert.Equal(TunnelVerdict.Malformed, bob.Open(new byte[TunnelCipher.OverheadBytes - 1], out _));
    }

    [Fact]
    public void A_forged_counter_neither_opens_nor_closes_the_window_for_genuine_packets()
    {
        var (alice, bob) = Ciphers();
        var genuine = alice.Seal([1]);
        for (var at = 0; at < genuine.Length; at++)
        {
            var forged = genuine.ToArray();
            forged[at] ^= 0x80;
            Assert.NotEqual(TunnelVerdict.Opened, bob.Open(forged, out _));
        }

        Assert.Equal(TunnelVerdict.Opened, bob.Open(genuine, out _));
    }

    [Fact]
    public void A_key_that_is_used_up_seals_no_more_and_says_so_well_before()
    {
        var (alice, _) = Ciphers(maxRecords: 4);
        Assert.False(alice.IsWorn);
        alice.Seal([1]);
        alice.Seal([1]);
        Assert.True(alice.IsWorn);
        alice.Seal([1]);
        alice.Seal([1]);
        Assert.True(alice.Exhausted);
        Assert.Throws<InvalidOperationException>(() => alice.Seal([1]));
    }

    private static (TunnelCipher Alice, TunnelCipher Bob) Ciphers(long maxRecords = 1 << 24)
    {
        var (initiator, responder) = HandshakePair.Sessions(rekey: HandshakePair.Rekey with { MaxRecordsPerKey = maxRecords });
        return (initiator.TunnelCipher(HandshakePair.Alice.Id), responder.TunnelCipher(HandshakePair.Bob.Id));
    }
}
