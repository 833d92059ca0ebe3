using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorP2P.Fuzz.Engine;
using ActorP2P.Guomi;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Tests.Identity;
using static ActorP2P.Fuzz.Engine.PromiseBrokenException;

namespace ActorP2P.Fuzz.Targets;

/// <summary>
/// SM2 as a remote or an operator's file brings it. The first byte, modulo 3, says what follows: a chain; a key file; or a point,
/// a signature and what was signed, behind each other.
/// </summary>
internal sealed class GuomiTarget : FuzzTarget
{
    private const byte Chain = 0;
    private const byte KeyFile = 1;
    private const byte Signed = 2;
    private const int Kinds = 3;

    private static readonly ChainLimits Limits = new(4, 8192);

    private readonly Lazy<Genuine> _genuine = new(static () => new Genuine());

    public override string Name => "guomi";

    public override string About => "SM2 chains, key files, points and signatures";

    // The library's big numbers bring most of it.
    public override long AllocationBaseBytes => 4 * 1024 * 1024;

    public override long AllocationFactor => 256;

    public override IEnumerable<byte[]> Seeds() =>
    [
        [Chain, .. _genuine.Value.Chain.Encoded.Span],
        [KeyFile, .. Encoding.ASCII.GetBytes(_genuine.Value.KeyPem)],
        [Signed, .. _genuine.Value.Triple],
    ];

    public override void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        var bytes = input.AsMemory(1);
        switch (input[0] % Kinds)
        {
            case Chain:
                JudgeChain(bytes);
                break;
            case KeyFile:
                ReadKey(Encoding.UTF8.GetString(bytes.Span));
                break;
            default:
                Verify(bytes.Span);
                break;
        }
    }

    public override byte[]? Mutate(byte[] input, Random random)
    {
        if (input.Length == 0 || input[0] % Kinds == Signed)
        {
            return null;
        }

        if (input[0] % Kinds == KeyFile)
        {
            return PemMutator.Mutate(input[1..], random) is { } file ? [KeyFile, .. file] : null;
        }

        if (!CertificateChain.TryDecode(input.AsMemory(1), Limits, out var chain, out _))
        {
            return null;
        }

        var ders = chain.Certificates.ToArray();
        var at = random.Next(ders.Length);
        ders[at] = DerMutator.Mutate(ders[at].ToArray(), random, content => ByteMutator.Mutate(content, content, 2048, random)) ?? ders[at].ToArray();
        return CertificateChain.TryParseDer(ders, Limits, out var damaged, out _) ? [Chain, .. damaged.Encoded.Span] : null;
    }

    private void JudgeChain(ReadOnlyMemory<byte> bytes)
    {
        if (CertificateChain.TryDecode(bytes, Limits, out var chain, out _)
            && _genuine.Value.Validator.Validate(chain, TestPki.Now) is CertificateVerdict.Accepted accepted)
        {
            Unless(accepted.Id == _genuine.Value.Id, "an accepted chain proves the identity for which it was issued");
        }
    }

    private void ReadKey(string pem)
    {
        var read = GuomiSuites.Sm2.TryImportKey(pem, null, out var key, out var reason);
        Unless(read == (reason.Length == 0) && read == key is not null, "either there is a key or there is a reason");
        Unless(key is null || GuomiSuites.Sm2.IsValidPoint(key.Id), "a key's own ID is a point of the curve");
        key?.Dispose();
    }

    private void Verify(ReadOnlySpan<byte> bytes)
    {
        const int SignatureAt = NodeId.LengthBytes;
        const int DataAt = SignatureAt + IdentityCurve.SignatureLengthBytes;
        if (bytes.Length < DataAt)
        {
            return;
        }

        var signer = NodeId.FromPoint(bytes[..SignatureAt]);
        var verifies = GuomiSuites.Sm2.Verify(signer, SignatureContext.LinkState, bytes[DataAt..], bytes[SignatureAt..DataAt]);
        Unless(!verifies || bytes.SequenceEqual(_genuine.Value.Triple), "only what was signed verifies");
        using var own = GuomiSuites.Sm2.GenerateEphemeral(new SeededRandom(1));
        var secret = new byte[GuomiSuites.Sm3.LengthBytes];
        Unless(own.TryAgree(signer, secret) == GuomiSuites.Sm2.IsValidPoint(signer), "there is an agreement with every point of the curve, and with nothing else");
    }

    private sealed class Genuine
    {
        public Genuine()
        {
            var random = new SeededRandom(103);
            var validity = Validity.FromNow(TestPki.Now, 365);
            var root = CertificateIssuer.CreateRoot(GuomiSuites.Sm2, "sm ca", validity, random);
            var issued = root.IssueAgency("sm agency", validity, random).IssueNode(new NodeCertificateRequest("node", [], validity), random);
            (Id, KeyPem, Chain) = (issued.Id, issued.KeyPem, TestPki.Chain(issued.ChainPem));
            var certificate = X509CertificateOf(root);
            Validator = new CertificateValidator([certificate], GuomiSuites.Sm2, MembershipLists.Open, Limits);
            if (!GuomiSuites.Sm2.TryImportKey(KeyPem, null, out var key, out var reason))
            {
                throw new InvalidOperationException(reason);
            }

            using (key)
            {
                var signature = new byte[IdentityCurve.SignatureLengthBytes];
                key.Sign(SignatureContext.LinkState, "signed"u8, signature);
                Triple = [.. Id.Point, .. signature, .. "signed"u8];
            }
        }

        public NodeId Id { get; }

        public string KeyPem { get; }

        public CertificateChain Chain { get; }

        public CertificateValidator Validator { get; }

        public byte[] Triple { get; }

        private static X509Certificate2 X509CertificateOf(CertificateIssuer issuer) =>
            X509CertificateLoader.LoadCertificate(TestPki.Chain(issuer.CertificatePem).Certificates[0].Span);
    }
}
