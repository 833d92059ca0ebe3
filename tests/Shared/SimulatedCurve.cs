using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorP2P.Protocol;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Tests.Shared;

/// <summary>
/// The simulation suite: a signature is the SHA-512 of identity, context and data, an agreed secret the SHA-256 of both
/// public values. Deterministic and cheap; it tells changed bytes from unchanged ones and does not stop a forger, who
/// has to send wrong bytes. Certificates and key files are those of P-256, so that chains are judged as ever.
/// Link this file into a test project with <c>&lt;Compile Include="../Shared/SimulatedCurve.cs" /&gt;</c>.
/// </summary>
internal sealed class SimulatedCurve : IdentityCurve
{
    // Made once a thread: a handle of the platform's library costs more than a short hash.
    [ThreadStatic]
    private static IncrementalHash? _hash;

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

    public override IEphemeralKey GenerateEphemeral(IRandomSource random)
    {
        Span<byte> seed = stackalloc byte[SHA256.HashSizeInBytes];
        random.Fill(seed);
        return new SimulatedEphemeralKey(NodeId.FromPoint(SHA512.HashData(seed)));
    }

    public override INodeKey GenerateKey(IRandomSource random) => Key(random.NextInt(int.MaxValue));

    public override bool TryImportKey(string pem, string? password, [NotNullWhen(true)] out INodeKey? key, out string reason)
    {
        key = null;
        if (!IdentityCurves.P256.TryImportKey(pem, password, out var real, out reason))
        {
            return false;
        }

        key = new SimulatedKey(real.Id);
        real.Dispose();
        return true;
    }

    public override bool TryGetNodeId(X509Certificate2 certificate, [NotNullWhen(true)] out NodeId? id) =>
        IdentityCurves.P256.TryGetNodeId(certificate, out id);

    public override bool IsValidPoint(NodeId id) => true;

    private static void Compute(NodeId signer, SignatureContext context, ReadOnlySpan<byte> data, Span<byte> signature)
    {
        _hash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        _hash.AppendData(signer.Point);
        _hash.AppendData([(byte)context]);
        _hash.AppendData(data);
        _hash.GetHashAndReset(signature);
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

    private sealed class SimulatedEphemeralKey(NodeId id) : IEphemeralKey
    {
        public NodeId Public { get; } = id;

        public bool TryAgree(NodeId remote, Span<byte> secret)
        {
            var (low, high) = Public.CompareTo(remote) < 0 ? (Public, remote) : (remote, Public);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(low.Point);
            hash.AppendData(high.Point);
            hash.GetHashAndReset(secret);
            return true;
        }

        public void Dispose()
        {
        }
    }
}
