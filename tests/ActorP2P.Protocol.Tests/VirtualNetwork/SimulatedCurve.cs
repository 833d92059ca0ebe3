using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Tests.VirtualNetwork;

/// <summary>
/// The simulation suite: a signature is the SHA-512 of identity, context and data. Deterministic and cheap;
/// it tells changed bytes from unchanged ones and does not stop a forger, who has to send wrong bytes.
/// </summary>
internal sealed class SimulatedCurve : IdentityCurve
{
    public static SimulatedCurve Instance { get; } = new();

    public override string Name => "simulated";

    public override string CertificateSignatureOid => string.Empty;

    public static INodeKey Key(int number) => new SimulatedKey(IdOf(number));

    public static NodeId IdOf(int number) => NodeId.FromPoint(SHA512.HashData(Encoding.ASCII.GetBytes($"node {number}")));

    public override bool Verify(NodeId signer, SignatureContext context, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[SignatureLengthBytes];
        Compute(signer, context, data, expected);
        return expected.SequenceEqual(signature);
    }

    public override IEphemeralKey GenerateEphemeral(IRandomSource random) => throw new NotSupportedException();

    public override INodeKey GenerateKey(IRandomSource random) => Key(random.NextInt(int.MaxValue));

    public override bool TryImportKey(string pem, string? password, [NotNullWhen(true)] out INodeKey? key, out string reason)
    {
        key = null;
        reason = "the simulated curve has no key files";
        return false;
    }

    public override bool TryGetNodeId(X509Certificate2 certificate, [NotNullWhen(true)] out NodeId? id)
    {
        id = null;
        return false;
    }

    public override bool IsValidPoint(NodeId id) => true;

    private static void Compute(NodeId signer, SignatureContext context, ReadOnlySpan<byte> data, Span<byte> signature)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        hash.AppendData(signer.Point);
        hash.AppendData([(byte)context]);
        hash.AppendData(data);
        hash.GetHashAndReset(signature);
    }

    private sealed class SimulatedKey(NodeId id) : INodeKey
    {
        public NodeId Id { get; } = id;

        public IdentityCurve Curve => Instance;

        public void Sign(SignatureContext context, ReadOnlySpan<byte> data, Span<byte> signature) => Compute(Id, context, data, signature);

        public void Dispose()
        {
        }
    }
}
