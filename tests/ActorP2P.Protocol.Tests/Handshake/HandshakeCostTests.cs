using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Tests.Identity;

namespace ActorP2P.Protocol.Tests.Handshake;

/// <summary>What a stranger can make us spend: counted, not timed.</summary>
public sealed class HandshakeCostTests
{
    [Fact]
    public void An_attempt_costs_the_responder_one_key_one_agreement_and_one_signature()
    {
        var (parameters, cost) = Counting();
        using var alice = HandshakeInitiator.Start(HandshakePair.AliceParameters(), out var message1);

        HandshakeResponder.Accept(parameters, message1, HandshakePair.Now);

        Assert.Equal((1, 1, 1, 0), (cost.Keys, cost.Agreements, cost.Signatures, cost.Verifications));
    }

    [Fact]
    public void A_false_message_3_costs_no_verification()
    {
        var (parameters, cost) = Counting();

        var outcome = HandshakePair.Run(HandshakePair.AliceParameters(), parameters, onMessage3: message => [.. message[..^1], (byte)(message[^1] ^ 1)]);

        Assert.Equal(HandshakeRefusal.Tampered, outcome.Refusal!.Reason);
        Assert.Equal(0, cost.Verifications);
    }

    [Fact]
    public void A_whole_handshake_costs_each_side_one_of_each()
    {
        var (responder, atResponder) = Counting();
        var (initiator, atInitiator) = Counting();

        Assert.Null(HandshakePair.Run(initiator with { Random = new SeededRandom(5) }, responder).Refusal);

        Assert.Equal((1, 1, 1, 1), (atResponder.Keys, atResponder.Agreements, atResponder.Signatures, atResponder.Verifications));
        Assert.Equal((1, 1, 1, 1), (atInitiator.Keys, atInitiator.Agreements, atInitiator.Signatures, atInitiator.Verifications));
    }

    [Fact]
    public void A_member_of_a_foreign_CA_costs_no_verification_of_its_transcript()
    {
        var (parameters, cost) = Counting();

        var outcome = HandshakePair.Run(HandshakePair.Parameters(TestPki.Foreign.Node(), 3) with { Validator = TestPki.P256.Validator() }, parameters);

        Assert.Equal(HandshakeRefusal.CertificateRefused, outcome.Refusal!.Reason);
        Assert.Equal(0, cost.Verifications);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(140)]
    public void A_message_1_that_the_cheap_checks_refuse_costs_nothing(int at)
    {
        var (parameters, cost) = Counting();
        using var alice = HandshakeInitiator.Start(HandshakePair.AliceParameters(), out var message1);
        message1[at] ^= 0x40;

        Assert.IsType<HandshakeResult.Refused>(HandshakeResponder.Accept(parameters, message1, HandshakePair.Now));

        Assert.Equal((0, 0, 0, 0), (cost.Keys, cost.Agreements, cost.Signatures, cost.Verifications));
    }

    private static (HandshakeParameters Parameters, CountingCurve Cost) Counting()
    {
        var curve = new CountingCurve(IdentityCurves.P256);
        var node = TestPki.P256.IssueNode();
        var identity = TestPki.Identity(node.KeyPem, node.ChainPem, node.CaPem, curve);
        return (HandshakePair.Parameters(identity, 4), curve);
    }

    private sealed class CountingCurve(IdentityCurve real) : IdentityCurve
    {
        public int Keys { get; private set; }

        public int Agreements { get; private set; }

        public int Signatures { get; private set; }

        public int Verifications { get; private set; }

        public override string Name => real.Name;

        public override string CertificateSignatureOid => real.CertificateSignatureOid;

        public override bool Verify(NodeId signer, SignatureContext context, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
        {
            Verifications++;
            return real.Verify(signer, context, data, signature);
        }

        public override IEphemeralKey GenerateEphemeral(IRandomSource random)
        {
            Keys++;
            return new CountingEphemeral(this, real.GenerateEphemeral(random));
        }

        public override INodeKey GenerateKey(IRandomSource random) => real.GenerateKey(random);

        public override bool TryImportKey(string pem, string? password, [NotNullWhen(true)] out INodeKey? key, out string reason)
        {
            var imported = real.TryImportKey(pem, password, out var realKey, out reason);
            key = imported ? new CountingKey(this, realKey!) : null;
            return imported;
        }

        public override bool TryGetNodeId(X509Certificate2 certificate, [NotNullWhen(true)] out NodeId? id) => real.TryGetNodeId(certificate, out id);

        public override bool IsValidPoint(NodeId id) => real.IsValidPoint(id);

        private sealed class CountingKey(CountingCurve curve, INodeKey key) : INodeKey
        {
            public NodeId Id => key.Id;

            public IdentityCurve Curve => curve;

            public void Sign(SignatureContext context, ReadOnlySpan<byte> data, Span<byte> signature)
            {
                curve.Signatures++;
                key.Sign(context, data, signature);
            }

            public void Dispose() => key.Dispose();
        }

        private sealed class CountingEphemeral(CountingCurve curve, IEphemeralKey key) : IEphemeralKey
        {
            public NodeId Public => key.Public;

            public bool TryAgree(NodeId remote, Span<byte> secret)
            {
                curve.Agreements++;
                return key.TryAgree(remote, secret);
            }

            public void Dispose() => key.Dispose();
        }
    }
}
