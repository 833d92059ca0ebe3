using System.Globalization;
using System.Security.Cryptography;
using Akka.Remote;
using Google.Protobuf;
using Xunit.Abstractions;

namespace ActorP2P.AkkaRemoting.Tests;

/// <summary>
/// What a member may send, byte by byte. Each run draws a seed and says it; <c>AKKA_FUZZ_SEED</c> repeats a run,
/// <c>AKKA_FUZZ_ROUNDS</c> lengthens it.
/// </summary>
public sealed class RemotingFuzzTests
{
    private static readonly int Rounds = Number("AKKA_FUZZ_ROUNDS") ?? 50_000;
    private static readonly MessageParser Parser = FindParser();
    private static readonly AssociationKey Key = new(RemotingConsortium.SomeNode(), 42, OpenedByUs: true);
    private readonly int _seed = Number("AKKA_FUZZ_SEED") ?? RandomNumberGenerator.GetInt32(int.MaxValue);
    private readonly Random _random;

    public RemotingFuzzTests(ITestOutputHelper output)
    {
        output.WriteLine($"AKKA_FUZZ_SEED={_seed} AKKA_FUZZ_ROUNDS={Rounds}");
        _random = new Random(_seed);
    }

    /// <summary>The strict reader beside the lenient one that Akka.Remote uses: what passes here must mean the same there.</summary>
    [Fact]
    public void A_PDU_is_read_as_Akka_Remote_reads_it_or_not_at_all()
    {
        byte[][] genuine = [AkkaPduTests.Handshake("honest"), AkkaPduTests.Heartbeat, AkkaPduTests.Goodbye, AkkaPduTests.Payload(300)];
        var kinds = new HashSet<AkkaPduKind>();
        for (var round = 0; round < Rounds; round++)
        {
            var pdu = Next(genuine);
            var kind = AkkaPdu.Classify(pdu, out var host);
            kinds.Add(kind);
            var instruction = Field(ReadAsAkka(pdu), "instruction");
            var claims = Field(Field(Field(instruction, "handshakeInfo"), "origin"), "hostname") as string;
            Assert.True(kind == AkkaPduKind.Malformed || string.IsNullOrEmpty(claims) || claims == host, About(round, pdu));
            Assert.True(kind == AkkaPduKind.Associate || host.Length == 0, About(round, pdu));
            Assert.True(kind != AkkaPduKind.Heartbeat || instruction is null || Field(instruction, "commandType")!.ToString() == "Heartbeat", About(round, pdu));
        }

        Assert.Equal(Enum.GetValues<AkkaPduKind>().Length, kinds.Count);
    }

    [Fact]
    public void A_message_of_a_member_is_read_within_its_bounds_or_refused()
    {
        ByteString[] pdus = [ByteString.CopyFrom(AkkaPduTests.Heartbeat), ByteString.Empty, ByteString.CopyFrom(AkkaPduTests.Payload(200))];
        byte[][] genuine =
        [
            PdusMessage.Compose(Key, 1, pdus),
            RemotingWire.ComposeControl(Key, 0, 3, AkkaPduTests.Handshake("honest")),
            RemotingWire.Compose(RemotingKind.Associate, Key, "akka.p2p://consortium@honest:1"),
        ];
        var (read, refused) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var message = Next(genuine);
            if (!RemotingWire.TryRead(message, out var kind, out _, out _, out var body))
            {
                refused++;
                continue;
            }

            read++;
            Assert.True(Enum.IsDefined(kind), About(round, message));
            Assert.Equal(message.Length - RemotingWire.HeadBytes, body.Length);
            if (RemotingWire.TryReadControl(body, out _, out _, out var pdu))
            {
                AkkaPdu.Classify(pdu.Span, out _);
            }

            if (RemotingWire.TryReadPdus(body, out _, out var batch))
            {
                var bytes = 0;
                for (var rest = batch; RemotingWire.TryTakePdu(ref rest, out pdu);)
                {
                    bytes += pdu.Length + sizeof(uint);
                    Assert.True(bytes <= batch.Length && bytes == batch.Length - rest.Length, About(round, message));
                }
            }
        }

        Assert.True(read > 0 && refused > 0, $"{read} read, {refused} refused");
    }

    /// <summary>Whatever a member claims of the order, no more waits than may, and each PDU is handed on once.</summary>
    [Fact]
    public void No_claim_about_the_order_holds_more_than_the_bound_or_repeats_a_control_PDU()
    {
        const int MaxHeldBytes = 1000;
        for (var round = 0; round < Rounds / 50; round++)
        {
            var order = new PduOrder(MaxHeldBytes);
            var handedOn = new HashSet<byte>();
            var (heldControls, heldBytes, isInBounds) = (0, 0, true);
            for (var step = 0; step < 50 && isInBounds; step++)
            {
                var number = (byte)_random.Next(8);
                if (_random.Next(2) == 0)
                {
                    isInBounds = order.AddControl(number, (ulong)_random.Next(6), new[] { number });
                    heldControls++;
                }
                else
                {
                    var batch = new byte[_random.Next(1, 200)];
                    isInBounds = order.AddBatch((uint)_random.Next(4), batch);
                    heldBytes += batch.Length;
                }

                while (isInBounds && order.TryTake(out var isControl, out var content))
                {
                    Assert.True(!isControl || handedOn.Add(content.Span[0]), $"seed {_seed}, round {round}: a control PDU came twice");
                    heldBytes -= isControl ? 0 : content.Length;
                    order.Count();
                }

                Assert.True(!isInBounds || heldBytes <= MaxHeldBytes, $"seed {_seed}, round {round}: {heldBytes} bytes wait");
            }

            Assert.True(handedOn.Count <= heldControls);
        }
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // The types are Akka.Remote's own; what protobuf says of them is public.
    private static MessageParser FindParser() =>
        (MessageParser)typeof(RemoteActorRefProvider).Assembly.GetType("Akka.Remote.Serialization.Proto.Msg.AkkaProtocolMessage", throwOnError: true)!
            .GetProperty("Parser")!.GetValue(null)!;

    private static object? Field(object? message, string name) =>
        message is IMessage known ? known.Descriptor.FindFieldByName(name).Accessor.GetValue(known) : null;

    private static IMessage? ReadAsAkka(byte[] pdu)
    {
        try
        {
            return Parser.ParseFrom(pdu);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    // Something genuine, damaged in a few places, cut, doubled or spliced; or noise.
    private byte[] Next(byte[][] genuine)
    {
        var bytes = (byte[])genuine[_random.Next(genuine.Length)].Clone();
        switch (_random.Next(6))
        {
            case 0:
                bytes = new byte[_random.Next(200)];
                _random.NextBytes(bytes);
                return bytes;
            case 1:
                return bytes[.._random.Next(bytes.Length + 1)];
            case 2:
                return [.. bytes, .. genuine[_random.Next(genuine.Length)]];
            case 3:
                var at = _random.Next(bytes.Length);
                return [.. bytes[..at], .. genuine[_random.Next(genuine.Length)], .. bytes[at..]];
            case 4:
                return bytes;
            default:
                for (var damage = _random.Next(1, 4); damage > 0; damage--)
                {
                    bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
                }

                return bytes;
        }
    }

    private string About(int round, byte[] bytes) => $"seed {_seed}, round {round}: {Convert.ToHexString(bytes)}";
}
