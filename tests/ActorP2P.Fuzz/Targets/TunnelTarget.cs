using ActorP2P.Fuzz.Engine;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tests.Handshake;
using ActorP2P.Protocol.Tunnel;
using static ActorP2P.Fuzz.Engine.PromiseBrokenException;

namespace ActorP2P.Fuzz.Targets;

/// <summary>
/// What comes through relays. The first byte of each part says what the rest is: a packet as a relay reads it, a message of
/// the handshake from anybody on the way, a sealed packet, or a segment of a member that lies.
/// </summary>
internal sealed class TunnelTarget : FuzzTarget
{
    private const byte Packet = 0;
    private const byte Notice = 4;
    private const byte Sealed = 5;
    private const byte Segment = 6;
    private const byte Kinds = 7;
    private const int SegmentBytes = 1024;
    private const int MaxBodyBytes = 4096;

    private static readonly byte[] Sent = [1, 2, 3];

    private readonly Lazy<(PairSession Alice, PairSession Bob)> _pair = new(() => HandshakePair.Sessions());

    public override string Name => "tunnel";

    public override string About => "TunnelPacket, TunnelHandshake, TunnelCipher and TunnelStream: what relays and a lying far side send";

    public override int MaxInputBytes => 8192;

    public override long AllocationBaseBytes => 4 * 1024 * 1024;

    public override long AllocationFactor => 2048;

    public override IEnumerable<byte[]> Seeds()
    {
        var (alice, bob) = (End(HandshakePair.Alice, HandshakePair.Bob.Id, 21), End(HandshakePair.Bob, HandshakePair.Alice.Id, 22));
        var effects = new List<TunnelHandshakeEffect>();
        alice.Start(HandshakePair.Now, effects);
        var said = new List<byte[]>();
        for (var to = bob; effects.OfType<TunnelHandshakeEffect.Send>().FirstOrDefault() is { } send && said.Count < 3; to = to == bob ? alice : bob)
        {
            effects.Clear();
            said.Add([(byte)send.Kind, .. send.Body]);
            to.Handle(send.Kind, send.Body, HandshakePair.Now, effects);
        }

        using var cipher = _pair.Value.Alice.TunnelCipher(HandshakePair.Alice.Id);
        var sealedBody = cipher.Seal(Sent);
        var packet = new TunnelPacket(TunnelPacketKind.Sealed, 9, HandshakePair.Alice.Id, HandshakePair.Bob.Id, AvoidedNodes.Of([1, 2, 3]), sealedBody);
        var notice = TunnelRefusalNotice.About(packet, TunnelRefusal.NoRoute)!;
        var segment = new List<TunnelStreamEffect>();
        var stream = new TunnelStream(SegmentBytes, MaxBodyBytes);
        stream.Write(new byte[100]);
        stream.Flush(HandshakePair.Now, segment);
        yield return Parts.Join(said);
        yield return Parts.Join([Packet, .. packet.Encode()], [Notice, .. notice.Encode()], [Sealed, .. sealedBody]);
        yield return Parts.Join(segment.OfType<TunnelStreamEffect.Send>().Select(static send => (byte[])[Segment, .. send.Segment]));
    }

    public override void Run(byte[] input)
    {
        using var bob = End(HandshakePair.Bob, HandshakePair.Alice.Id, 22);
        using var cipher = _pair.Value.Bob.TunnelCipher(HandshakePair.Bob.Id);
        var stream = new TunnelStream(SegmentBytes, MaxBodyBytes);
        var (handshake, streamed) = (new List<TunnelHandshakeEffect>(), new List<TunnelStreamEffect>());
        if (input.Length % 2 == 0)
        {
            // An attempt of its own, which the lower ID's stands against.
            bob.Start(HandshakePair.Now, handshake);
        }

        foreach (var part in Parts.Split(input).Where(static part => part.Length > 0))
        {
            var body = part.AsMemory(1);
            switch (part[0] % Kinds)
            {
                case Packet:
                    Unless(!TunnelPacket.TryDecode(body, out var packet) || packet.Encode().AsSpan().SequenceEqual(body.Span), "a packet has one form");
                    break;
                case Notice:
                    Unless(!TunnelRefusalNotice.TryDecode(body, out var notice) || notice.Encode().AsSpan().SequenceEqual(body.Span), "a notice has one form");
                    break;
                case Sealed:
                    Unless(cipher.Open(body, out var opened) != TunnelVerdict.Opened || opened.Span.SequenceEqual(Sent), "only what was sealed opens");
                    break;
                case Segment:
                    stream.Receive(body, HandshakePair.Now, streamed);
                    break;
                default:
                    bob.Handle((TunnelPacketKind)(part[0] % Kinds), body, HandshakePair.Now, handshake);
                    break;
            }
        }

        bob.TimerFired(HandshakePair.Now.AddSeconds(10), handshake);
        stream.TimerFired(HandshakePair.Now.AddSeconds(10), streamed);
        Unless(!handshake.Exists(static effect => effect is TunnelHandshakeEffect.Established), "old words of another make no session");
    }

    public override byte[]? Mutate(byte[] input, Random random) =>
        Parts.Mutate(input, random, part => part.Length == 0 ? part : [part[0], .. ByteMutator.Mutate(part[1..], part[1..], 4096, random)]);

    private static TunnelHandshake End(NodeIdentity own, NodeId remote, int seed) => new(
        HandshakePair.Parameters(own, seed) with { IsTunnel = true, ExpectedRemoteId = remote }, TimeSpan.FromSeconds(3));
}
