using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Tests.Handshake;

/// <summary>
/// A curve whose keys "sign" with a signature made elsewhere, since .NET draws each ECDSA nonce itself: with it a
/// handshake is the same byte for byte. Everything else, verification above all, is the real curve.
/// </summary>
internal sealed class ReplayCurve(IdentityCurve real, byte[] signature) : IdentityCurve
{
    public override string Name => real.Name;

    public override string CertificateSignatureOid => real.CertificateSignatureOid;

    public override bool Verify(NodeId signer, SignatureContext context, ReadOnlySpan<byte> data, ReadOnlySpan<byte> made) =>
        real.Verify(signer, context, data, made);

    public override IEphemeralKey GenerateEphemeral(IRandomSource random) => real.GenerateEphemeral(random);

    public override INodeKey GenerateKey(IRandomSource random) => real.GenerateKey(random);

    public override bool TryImportKey(string pem, string? password, [NotNullWhen(true)] out INodeKey? key, out string reason)
    {
        var imported = real.TryImportKey(pem, password, out var realKey, out reason);
        key = imported ? new ReplayKey(this, realKey!, signature) : null;
        return imported;
    }

    public override bool TryGetNodeId(X509Certificate2 certificate, [NotNullWhen(true)] out NodeId? id) => real.TryGetNodeId(certificate, out id);

    public override bool IsValidPoint(NodeId id) => real.IsValidPoint(id);

    private sealed class ReplayKey(IdentityCurve curve, INodeKey real, byte[] made) : INodeKey
    {
        public NodeId Id => real.Id;

        public IdentityCurve Curve => curve;

        public void Sign(SignatureContext context, ReadOnlySpan<byte> data, Span<byte> signature)
        {
            // A signature for other data would be a vector that proves nothing.
            Assert.True(curve.Verify(Id, context, data, made), "the recorded signature is not for this transcript");
            made.CopyTo(signature);
        }

        public void Dispose() => real.Dispose();
    }
}
