using System.Text;

namespace ActorP2P.AkkaRemoting.Tests;

public sealed class AkkaPduTests
{
    [Fact]
    public void The_forms_that_Akka_Remote_writes_are_told_apart()
    {
        Assert.Equal(AkkaPduKind.Payload, AkkaPdu.Classify(Field(1, [1, 2, 3]), out _));
        Assert.Equal(AkkaPduKind.Heartbeat, AkkaPdu.Classify(Field(2, [8, 3]), out _));
        Assert.Equal(AkkaPduKind.OtherControl, AkkaPdu.Classify(Field(2, [8, 2]), out _));
        Assert.Equal(AkkaPduKind.Associate, AkkaPdu.Classify(Handshake("some.host"), out var host));
        Assert.Equal("some.host", host);
    }

    /// <summary>Protobuf merges messages that come twice: what a lenient reader overlooks, Akka.Remote would believe.</summary>
    [Fact]
    public void A_claim_cannot_hide_behind_a_second_field()
    {
        var handshake = Handshake("forged");
        byte[][] hidden =
        [
            [.. handshake, .. Field(2, [8, 3])],
            [.. Field(1, [1]), .. handshake],
            [.. Field(3, [1]), .. handshake],
            Field(2, [8, 1, .. Field(2, Origin("forged")), .. Field(2, [17, 1, 2, 3, 4, 5, 6, 7, 8])]),
            Field(2, [8, 1, .. Field(2, [.. Origin("forged"), .. Origin("honest")])]),
        ];
        Assert.All(hidden, pdu => Assert.Equal(AkkaPduKind.Malformed, AkkaPdu.Classify(pdu, out _)));
    }

    [Fact]
    public void A_handshake_without_a_host_is_malformed() =>
        Assert.Equal(AkkaPduKind.Malformed, AkkaPdu.Classify(Field(2, [8, 1]), out _));

    internal static byte[] Heartbeat => Field(2, [8, 3]);

    internal static byte[] Goodbye => Field(2, [8, 2]);

    /// <summary>A payload PDU around so many bytes.</summary>
    internal static byte[] Payload(int bytes)
    {
        var length = new List<byte>();
        for (var rest = (uint)bytes; ; rest >>= 7)
        {
            length.Add((byte)((rest & 0x7f) | (rest > 0x7f ? 0x80u : 0)));
            if (rest <= 0x7f)
            {
                return [(1 << 3) | 2, .. length, .. new byte[bytes]];
            }
        }
    }

    internal static byte[] Handshake(string host) => Field(2, [8, 1, .. Field(2, [.. Origin(host), 17, 1, 2, 3, 4, 5, 6, 7, 8])]);

    private static byte[] Origin(string host) =>
        Field(1, [.. Field(1, Encoding.ASCII.GetBytes("consortium")), .. Field(2, Encoding.ASCII.GetBytes(host)), 24, 1, .. Field(4, Encoding.ASCII.GetBytes("akka.p2p"))]);

    private static byte[] Field(int number, byte[] content) => content.Length < 128
        ? [(byte)((number << 3) | 2), (byte)content.Length, .. content]
        : [(byte)((number << 3) | 2), (byte)(content.Length | 0x80), (byte)(content.Length >> 7), .. content];
}
