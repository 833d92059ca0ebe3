using System.Text.Json;
using System.Text.Json.Serialization;
using ActorP2P.Protocol;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Guomi.Tests;

/// <summary>
/// A whole handshake on SM2 with SM4-GCM and SM3, its first records and a change of keys, made by a second implementation
/// (make_handshake_v1.py beside the p256 vector) from docs/protocol.md. Signatures are deterministic, so ours must be
/// the same to the last byte.
/// </summary>
public sealed class Sm2HandshakeVectorTests
{
    private static readonly HandshakeVector Vector = Load();

    private static readonly RekeySettings Rekey = new(1 << 24, 1 << 20, 1 << 30, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));

    [Fact]
    public void All_three_messages_are_byte_exact_and_both_ends_share_their_secrets()
    {
        using var initiator = HandshakeInitiator.Start(Parameters(Vector.Initiator, Vector.Responder), out var message1);
        Assert.Equal(Vector.Message1, Convert.ToHexStringLower(message1));

        var awaiting = Assert.IsType<HandshakeResult.Awaiting>(HandshakeResponder.Accept(Parameters(Vector.Responder, Vector.Initiator), message1, Vector.Now));
        Assert.Equal(Vector.Message2, Convert.ToHexStringLower(awaiting.Message2));

        var done = Assert.IsType<HandshakeResult.Done>(initiator.HandleReply(awaiting.Message2, Vector.Now));
        Assert.Equal(Vector.Message3, Convert.ToHexStringLower(done.Message3!));

        var finished = Assert.IsType<HandshakeResult.Done>(awaiting.Next.HandleFinish(done.Message3!, Vector.Now));
        Assert.Equal(Vector.Responder.NodeId, done.Session.RemoteId.ToString());
        Assert.Equal(Vector.Initiator.NodeId, finished.Session.RemoteId.ToString());
        Assert.Equal(Vector.OfferTag, done.Session.OfferTag(Vector.Namespace));
        Assert.Equal(Vector.OfferTag, finished.Session.OfferTag(Vector.Namespace));
        Assert.Same(GuomiSuites.Sm4Gcm, done.Session.Suite);
        JudgeRecords(done.Session, finished.Session);
    }

    [Fact]
    public void A_change_of_keys_is_byte_exact()
    {
        var age = BitConverter.GetBytes(0UL);
        using var start = HandshakeInitiator.Start(Parameters(Vector.Initiator, Vector.Responder, age, Hex(Vector.Rekey.InitiatorScalar), age), out var message1);
        var awaiting = Assert.IsType<HandshakeResult.Awaiting>(
            HandshakeResponder.Accept(Parameters(Vector.Responder, Vector.Initiator, age, Hex(Vector.Rekey.ResponderScalar), age), message1, Vector.Now));
        var done = Assert.IsType<HandshakeResult.Done>(start.HandleReply(awaiting.Message2, Vector.Now));
        var finished = Assert.IsType<HandshakeResult.Done>(awaiting.Next.HandleFinish(done.Message3!, Vector.Now));
        byte[] one = Hex(Vector.Initiator.NamespaceNonce), two = Hex(Vector.Responder.NamespaceNonce);
        using var initiator = done.Session.Derive(Vector.Namespace, one, two);
        using var responder = finished.Session.Derive(Vector.Namespace, two, one);
        Seal(initiator, Lane.Consensus, "vote"u8);
        Seal(initiator, Lane.Consensus, []);
        Seal(responder, Lane.Bulk, "block"u8);

        Assert.Empty(Renew(initiator, Vector.Now));
        var later = Vector.Now + Rekey.After;
        var share = Renew(initiator, later);
        var answer = Exchange(share, responder, later);
        var switched = Exchange(answer, initiator, later);
        var last = Exchange(switched, responder, later);
        Exchange(last, initiator, later);

        Assert.Equal(Vector.Rekey.Initiator, share.Concat(switched));
        Assert.Equal(Vector.Rekey.Responder, answer.Concat(last));
        Assert.Equal(Vector.Rekey.After, Convert.ToHexStringLower(Seal(initiator, Lane.Consensus, "vote"u8)));
    }

    [Fact]
    public void Every_changed_byte_of_the_sealed_messages_is_refused()
    {
        var message2 = Hex(Vector.Message2);
        for (var at = message2.Length - 1; at > 0; at -= 41)
        {
            var changed = message2.ToArray();
            changed[at] ^= 1;
            using var initiator = HandshakeInitiator.Start(Parameters(Vector.Initiator, Vector.Responder), out _);
            Assert.IsType<HandshakeResult.Refused>(initiator.HandleReply(changed, Vector.Now));
        }
    }

    [Fact]
    public void An_ephemeral_key_of_another_curve_ends_the_handshake()
    {
        using var foreign = IdentityCurves.P256.GenerateEphemeral(new SeededRandom(1));
        var message1 = Hex(Vector.Message1);
        using var real = GuomiSuites.Sm2.GenerateEphemeral(new ScriptedDraws(Hex(Vector.Initiator.EphemeralScalar)));
        var at = message1.AsSpan().IndexOf(real.Public.Point);
        foreign.Public.Point.CopyTo(message1.AsSpan(at));

        var refused = Assert.IsType<HandshakeResult.Refused>(HandshakeResponder.Accept(Parameters(Vector.Responder, Vector.Initiator), message1, Vector.Now));

        Assert.Equal(HandshakeRefusal.InvalidPoint, refused.Reason);
    }

    private static void JudgeRecords(PairSession initiator, PairSession responder)
    {
        byte[] one = Hex(Vector.Initiator.NamespaceNonce), two = Hex(Vector.Responder.NamespaceNonce);
        using var atInitiator = initiator.Derive(Vector.Namespace, one, two);
        using var atResponder = responder.Derive(Vector.Namespace, two, one);
        Assert.Equal(Vector.SessionTag, atInitiator.Tag);
        Assert.Equal(Vector.SessionTag, atResponder.Tag);
        foreach (var record in Vector.Records)
        {
            var link = record.Session == "link";
            var (ours, theirs) = (link ? initiator.Link : atInitiator, link ? responder.Link : atResponder);
            var (from, to) = record.From == "initiator" ? (ours, theirs) : (theirs, ours);
            var lane = (Lane)record.Lane;
            var plaintext = Hex(record.Plaintext);

            var frame = Seal(from, lane, plaintext, (FrameFlags)record.Flags, record.Chunk);

            Assert.Equal(record.Frame, Convert.ToHexStringLower(frame));
            Assert.Equal(RecordVerdict.Opened, to.Opener(lane).Open(new Frame(FrameHeader.Read(frame), frame), out var opened));
            Assert.Equal(plaintext, opened.ToArray());
        }
    }

    private static HandshakeParameters Parameters(HandshakeVector.Side own, HandshakeVector.Side other, params byte[][] drawsAfter)
    {
        var settings = new IdentitySettings("sm2", "", "", "", "", [], [], MaxChainCertificates: 4, MaxChainBytes: 8192, AllowFile: "", DenyFile: "");
        Assert.True(
            NodeIdentity.TryCreate(own.KeyPem, own.CertificatePem, Vector.CaPem, GuomiSuites.Sm2, null, settings, Vector.Now, out var identity, out var errors),
            string.Join("; ", errors));
        Assert.Equal(own.NodeId, identity!.Id.ToString());
        return new HandshakeParameters
        {
            Identity = identity,
            Validator = identity.Validator,
            NetworkId = Vector.Network,
            Epoch = own.Epoch,
            Suites = [GuomiSuites.Sm4Gcm],
            EncryptionEnabled = true,
            Tls = new TlsChannel(Hex(Vector.TlsBinding), Hex(own.SpkiHash), Hex(other.SpkiHash)),
            Random = new ScriptedDraws([Hex(own.EphemeralScalar), Hex(own.Nonce), BitConverter.GetBytes(own.LinkNonce), .. drawsAfter]),
            MaxMessageBytes = 16384,
            Rekey = Rekey,
        };
    }

    private static List<string> Exchange(List<string> records, NamespaceSession receiver, DateTimeOffset now)
    {
        foreach (var record in records.ConvertAll(Hex))
        {
            Assert.Equal(RecordVerdict.Opened, receiver.Opener(Lane.Control).Open(new Frame(FrameHeader.Read(record), record), out _));
        }

        return Renew(receiver, now);
    }

    private static List<string> Renew(NamespaceSession session, DateTimeOffset now)
    {
        var frames = new List<ReadOnlyMemory<byte>>();
        Assert.Null(session.Renew(now, frames));
        return frames.ConvertAll(static frame => Convert.ToHexStringLower(frame.Span));
    }

    private static byte[] Seal(NamespaceSession session, Lane lane, ReadOnlySpan<byte> plaintext, FrameFlags flags = FrameFlags.None, uint chunk = 0)
    {
        byte[] buffer = [.. new byte[FrameHeader.LengthBytes], .. plaintext, .. new byte[AeadSuite.TagLengthBytes]];
        return session.Sealer(lane).SealInPlace(buffer, plaintext.Length, flags, chunk).ToArray();
    }

    private static byte[] Hex(string hex) => Convert.FromHexString(hex);

    private static HandshakeVector Load()
    {
        using var stream = typeof(Sm2HandshakeVectorTests).Assembly.GetManifestResourceStream("handshake-v1-sm2.json")!;
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

    /// <summary>The form of handshake-v1-sm2.json.</summary>
    private sealed record HandshakeVector(
        string Network,
        DateTimeOffset Now,
        string CaPem,
        string TlsBinding,
        HandshakeVector.Side Initiator,
        HandshakeVector.Side Responder,
        [property: JsonPropertyName("message1")] string Message1,
        [property: JsonPropertyName("message2")] string Message2,
        [property: JsonPropertyName("message3")] string Message3,
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
            string NamespaceNonce);

        public sealed record KeyChange(string InitiatorScalar, string ResponderScalar, string[] Initiator, string[] Responder, string After);

        public sealed record Record(string Session, string From, int Lane, int Flags, uint Chunk, string Plaintext, string Frame);
    }
}
