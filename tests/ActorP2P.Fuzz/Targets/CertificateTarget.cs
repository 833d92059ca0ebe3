using System.Text;
using ActorP2P.Fuzz.Engine;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Tests.Identity;
using static ActorP2P.Fuzz.Engine.PromiseBrokenException;

namespace ActorP2P.Fuzz.Targets;

/// <summary>Chains as a remote shows them, and PEM files as an operator may leave them half-written. An even first byte is a chain, an odd one PEM.</summary>
internal sealed class CertificateTarget : FuzzTarget
{
    private static readonly ChainLimits Limits = new(4, 8192);

    private readonly Lazy<string> _pem = new(() => TestPki.P256.IssueNode().ChainPem);
    private readonly CertificateValidator _validator = TestPki.P256.Validator();

    public override string Name => "certificates";

    public override string About => "CertificateChain and CertificateValidator: encoded chains and PEM";

    // X509 objects and the chain engine bring most of it.
    public override long AllocationBaseBytes => 1024 * 1024;

    public override long AllocationFactor => 128;

    public override IEnumerable<byte[]> Seeds() =>
    [
        [0, .. TestPki.Chain(_pem.Value).Encoded.Span],
        [1, .. Encoding.ASCII.GetBytes(_pem.Value)],
    ];

    public override void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        var bytes = input.AsMemory(1);
        var isChain = input[0] % 2 == 0
            ? CertificateChain.TryDecode(bytes, Limits, out var chain, out _)
            : CertificateChain.TryParsePem(Encoding.UTF8.GetString(bytes.Span), Limits, out chain, out _);
        if (isChain && _validator.Validate(chain!, TestPki.Now) is CertificateVerdict.Accepted accepted)
        {
            var genuine = (CertificateVerdict.Accepted)_validator.Validate(TestPki.Chain(_pem.Value), TestPki.Now);
            Unless(accepted.Id == genuine.Id, "an accepted chain proves the identity for which it was issued");
        }
    }

    public override byte[]? Mutate(byte[] input, Random random)
    {
        // A chain is a count and certificates behind their lengths: change one certificate inside its DER.
        if (input.Length == 0 || input[0] % 2 != 0 || !CertificateChain.TryDecode(input.AsMemory(1), Limits, out var chain, out _))
        {
            return null;
        }

        var at = random.Next(chain.Certificates.Count);
        var changed = DerMutator.Mutate(chain.Certificates[at].ToArray(), random, content => ByteMutator.Mutate(content, content, 2048, random));
        if (changed is null)
        {
            return null;
        }

        var pem = string.Join('\n', chain.Certificates.Select((der, i) => System.Security.Cryptography.PemEncoding.WriteString("CERTIFICATE", i == at ? changed : der.Span)));
        return CertificateChain.TryParsePem(pem, Limits, out var damaged, out _) ? [0, .. damaged.Encoded.Span] : [1, .. Encoding.ASCII.GetBytes(pem)];
    }
}
