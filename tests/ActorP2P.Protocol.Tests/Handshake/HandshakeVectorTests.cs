using System.Text.Json;
using System.Text.Json.Serialization;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tests.Identity;
using ActorP2P.Protocol.Tests.Session;

namespace ActorP2P.Protocol.Tests.Handshake;

/// <summary>
/// A whole handshake and its first records, made by a second implementation (Vectors/make_handshake_v1.py) from
/// docs/protocol.md: ours must produce and accept the same bytes.
/// </summary>
public sealed class HandshakeVectorTests
{
    private static readonly HandshakeVector Vector = Load();

    [Fact]
    public void Message_1_is_byte_exact()
    {
        using var initiator = HandshakeInitiator.Start(Initiator(), out var message1);

        Assert.Equal(Vector.Message1, Convert.ToHexStringLower(message1));
    }

    [Fact]
    public void Message_2_is_byte_exact() =>
        Assert.Equal(Vector.Message2, Convert.ToHexStringLower(Answer().Message2));

    [Fact]
    public void Message_3_is_byte_exact_and_both_ends_share_the_pair_secret()
    {
        var (done, finished) = Run();

        Assert.Equal(Vector.Message3, Convert.ToHexStringLower(done.Message3!));
        Assert.Equal(Vector.OfferTag, done.Session.OfferTag(Vector.Namespace));
        Assert.Equal(Vector.OfferTag, finished.Session.OfferTag(Vector.Namespace));
        Assert.Equal(Vector.Responder.NodeId, done.Session.RemoteId.ToString());
        Assert.Equal(Vector.Initiator.NodeId, finished.Session.RemoteId.ToString());
        Assert.Equal(Vector.Responder.Epoch, done.Session.RemoteEpoch);
        Assert.Equal(Vector.Initiator.LinkNonce, finished.Session.RemoteLinkNonce);
    }

    [Fact]
    public void Records_are_byte_exact_and_open_at_the_other_end()
    {
        var (done, finished) = Run();
        var one = Hex(Vector.Initiator.NamespaceNonce);
        var two = Hex(Vector.Responder.NamespaceNonce);
        using var atInitiator = done.Session.Derive(Vector.Namespace, one, two);
        using var atResponder = finished.Session.Derive(Vector.Namespace, two, one);
        Assert.Equal(Vector.SessionTag, atInitiator.Tag);
        Assert.Equal(Vector.SessionTag, atResponder.Tag);

        foreach (var record in Vector.Records)
        {
            var link = record.Session == "link";
            var (ours, theirs) = (link ? done.Session.Link : atInitiator, link ? finished.Session.Link : atResponder);
            var (from, to) = record.From == "initiator" ? (ours, theirs) : (theirs, ours);
            var lane = (Lane)record.Lane;
            var plaintext = Hex(record.Plaintext);
            byte[] buffer = [.. new byte[FrameHeader.LengthBytes], .. plaintext, .. new byte[AeadSuite.TagLengthBytes]];

            var frame = from.Sealer(lane).SealInPlace(buffer, plaintext.Length, (FrameFlags)record.Flags, record.Chunk).ToArray();

            Assert.Equal(record.Frame, Convert.ToHexStringLower(frame));
            Assert.Equal(RecordVerdict.Opened, to.Opener(lane).Open(new Frame(FrameHeader.Read(frame), frame), out var opened));
            Assert.Equal(plaintext, opened.ToArray());
        }
    }

    [Fact]
    public void A_change_of_keys_is_byte_exact()
    {
        var age = BitConverter.GetBytes(0UL);
        var (done, finished) = Run(age, Hex(Vector.Rekey.InitiatorScalar), age, age, Hex(Vector.Rekey.ResponderScalar), age);
        var one = Hex(Vector.Initiator.NamespaceNonce);
        var two = Hex(Vector.Responder.NamespaceNonce);
        using var atInitiator = done.Session.Derive(Vector.Namespace, one, two);
        using var atResponder = finished.Session.Derive(Vector.Namespace, two, one);
        RecordPair.Seal(atInitiator.Sealer(Lane.Consensus), "vote");
        RecordPair.Seal(atInitiator.Sealer(Lane.Consensus), "");
        RecordPair.Seal(atResponder.Sealer(Lane.Bulk), "block");

        Assert.Empty(Renew(atInitiator, Vector.Now));
        var later = Vector.Now + HandshakePair.Rekey.After;
        var share = Renew(atInitiator, later);
        var answer = Exchange(share, atResponder, later);
        var switched = Exchange(answer, atInitiator, later);
        var last = Exchange(switched, atResponder, later);
        Exchange(last, atInitiator, later);

        Assert.Equal(Vector.Rekey.Initiator, share.Concat(switched));
        Assert.Equal(Vector.Rekey.Responder, answer.Concat(last));
        Assert.Equal(Vector.Rekey.After, Convert.ToHexStringLower(RecordPair.Seal(atInitiator.Sealer(Lane.Consensus), "vote")));
    }

    [Fact]
    public void The_key_schedule_gives_the_recorded_secrets()
    {
        var message2 = Hex(Vector.Message2);
        ResponderHello.TryDecode(message2, out var hello, out var proof);
        var transcript = new HandshakeTranscript(SuiteHash.Sha256);
        transcript.Absorb(Hex(Vector.Message1));
        transcript.Absorb(message2.AsSpan()[..^proof.Length]);
        using var ephemeral = IdentityCurves.P256.GenerateEphemeral(new ScriptedDraws(Hex(Vector.Initiator.EphemeralScalar)));
        var agreed = new byte[32];
        var secret = new byte[32];

        Assert.True(ephemeral.TryAgree(hello!.Ephemeral, agreed));
        Hkdf.Extract(SuiteHash.Sha256, transcript.Value, agreed, secret);

        Assert.Equal(Vector.AgreedSecret, Convert.ToHexStringLower(agreed));
        Assert.Equal(Vector.HandshakeSecret, Convert.ToHexStringLower(secret));
    }

    private static List<string> Exchange(List<string> records, NamespaceSession receiver, DateTimeOffset now)
    {
        foreach (var record in records.ConvertAll(Hex))
        {
            Assert.Equal(RecordVerdict.Opened, RecordPair.Open(receiver.Opener(Lane.Control), record));
        }

        return Renew(receiver, now);
    }

    private static List<string> Renew(NamespaceSession session, DateTimeOffset now)
    {
        var frames = new List<ReadOnlyMemory<byte>>();
        Assert.Null(session.Renew(now, frames));
        return frames.ConvertAll(frame => Convert.ToHexStringLower(frame.Span));
    }

    /// <param name="drawsAfter">What each side draws after the handshake: the initiator's age, key and next age, then the responder's.</param>
    private static (HandshakeResult.Done Initiator, HandshakeResult.Done Responder) Run(params byte[][] drawsAfter)
    {
        var half = drawsAfter.Length / 2;
        using var initiator = HandshakeInitiator.Start(Parameters(Vector.Initiator, Vector.Responder, drawsAfter[..half]), out _);
        var awaiting = Answer(drawsAfter[half..]);
        var done = Assert.IsType<HandshakeResult.Done>(initiator.HandleReply(awaiting.Message2, Vector.Now));
        var finished = Assert.IsType<HandshakeResult.Done>(awaiting.Next.HandleFinish(done.Message3!, Vector.Now));
        return (done, finished);
    }

    private static HandshakeResult.Awaiting Answer(params byte[][] drawsAfter) =>
        Assert.IsType<HandshakeResult.Awaiting>(HandshakeResponder.Accept(Parameters(Vector.Responder, Vector.Initiator, drawsAfter), Hex(Vector.Message1), Vector.Now));

    private static HandshakeParameters Initiator() => Parameters(Vector.Initiator, Vector.Responder, []);

    private static HandshakeParameters Parameters(HandshakeVector.Side own, HandshakeVector.Side other, byte[][] drawsAfter)
    {
        var curve = new ReplayCurve(IdentityCurves.P256, Hex(own.Signature));
        Assert.True(NodeIdentity.TryCreate(own.KeyPem, own.CertificatePem, Vector.CaPem, curve, null, TestPki.Settings(), Vector.Now, out var identity, out var errors), string.Join("; ", errors));
        return new HandshakeParameters
        {
            Identity = identity,
            Validator = identity.Validator,
            NetworkId = Vector.Network,
            Epoch = own.Epoch,
            Suites = [.. Vector.Suites.Select(name => AeadSuites.TryFind(name, out var suite) ? suite : throw new InvalidOperationException(name))],
            EncryptionEnabled = true,
            Tls = new TlsChannel(Hex(Vector.TlsBinding), Hex(own.SpkiHash), Hex(other.SpkiHash)),
            Random = new ScriptedDraws([Hex(own.EphemeralScalar), Hex(own.Nonce), BitConverter.GetBytes(own.LinkNonce), .. drawsAfter]),
            MaxMessageBytes = 16384,
            Rekey = HandshakePair.Rekey,
        };
    }

    private static byte[] Hex(string hex) => Convert.FromHexString(hex);

    private static HandshakeVector Load()
    {
        using var stream = typeof(HandshakeVectorTests).Assembly.GetManifestResourceStream("handshake-v1.json")!;
        return JsonSerializer.Deserialize<HandshakeVector>(stream, new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower })!;
    }

    private sealed class ScriptedDraws(params byte[][] draws) : IRandomSource
    {
        private int _next;

        public void Fill(Span<byte> destination)
        {
            Assert.Equal(draws[_next].Length, destination.Length);
            draws[_next++].CopyTo(destination);
        }
    }

    /// <summary>The form of handshake-v1.json.</summary>
    private sealed record HandshakeVector(
        string Network,
        string[] Suites,
        DateTimeOffset Now,
        string CaPem,
        string TlsBinding,
        HandshakeVector.Side Initiator,
        HandshakeVector.Side Responder,
        [property: JsonPropertyName("message1")] string Message1,
        [property: JsonPropertyName("message2")] string Message2,
        [property: JsonPropertyName("message3")] string Message3,
        string AgreedSecret,
        string HandshakeSecret,
        string Namespace,
        ulong OfferTag,
        ulong SessionTag,
        HandshakeVector.Record[] Records,
        HandshakeVector.KeyChange Rekey)
    {
        public sealed record Side(
            string KeyPem,
            string CertificatePem,
            string NodeId,
            string EphemeralScalar,
            string Nonce,
            ulong LinkNonce,
            ulong Epoch,
            string SpkiHash,
            string Signature,
            string NamespaceNonce);

        public sealed record KeyChange(string InitiatorScalar, string ResponderScalar, string[] Initiator, string[] Responder, string After);

        public sealed record Record(string Session, string From, int Lane, int Flags, uint Chunk, string Plaintext, string Frame);
    }
}
