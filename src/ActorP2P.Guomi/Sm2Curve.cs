using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Guomi;

/// <summary>
/// sm2p256v1 with SM2 signatures over SM3, and ephemeral agreement by the x coordinate, as on the other curves (not the
/// key exchange of GB/T 32918.3: the handshake authenticates by itself). Safe for use from several threads.
/// </summary>
internal sealed class Sm2Curve : IdentityCurve
{
    /// <summary>sm2p256v1 (GM/T 0006-2012).</summary>
    public const string CurveOid = "1.2.156.10197.1.301";

    /// <summary>SM2 signature with SM3 (GM/T 0006-2012).</summary>
    public const string SignatureOid = "1.2.156.10197.1.501";

    public override string Name => "sm2";

    public override string CertificateSignatureOid => SignatureOid;

    public override bool PlatformVerifiesCertificates => false;

    public override bool Verify(NodeId signer, SignatureContext context, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLengthBytes || !IsValidPoint(signer))
        {
            return false;
        }

        Span<byte> digest = stackalloc byte[Sm3Hash.DigestLengthBytes];
        Sm2Signatures.Digest(signer, SignatureContexts.Label(context), data, digest);
        return Sm2Signatures.Verify(signer, digest, signature);
    }

    public override IEphemeralKey GenerateEphemeral(IRandomSource random) => new Sm2EphemeralKey(DrawPrivateKey(random));

    public override INodeKey GenerateKey(IRandomSource random) => new Sm2NodeKey(this, DrawPrivateKey(random));

    public override bool TryImportKey(string pem, string? password, [NotNullWhen(true)] out INodeKey? key, out string reason)
    {
        key = Sm2KeyFiles.TryRead(pem, password, out var scalar, out reason) ? new Sm2NodeKey(this, scalar) : null;
        return key is not null;
    }

    public override bool TryGetNodeId(X509Certificate2 certificate, [NotNullWhen(true)] out NodeId? id) =>
        NamedCurveKey.TryRead(certificate.PublicKey, CurveOid, out id) && IsValidPoint(id);

    public override bool IsValidPoint(NodeId id) => Sm2Domain.Weierstrass.IsOnCurve(id.Point);

    public override bool AcceptsCertificateSignature(string oid) => oid == SignatureOid;

    public override bool VerifyIssued(X509Certificate2 issuer, string signatureOid, ReadOnlySpan<byte> signedData, ReadOnlySpan<byte> signature)
    {
        Span<byte> plain = stackalloc byte[SignatureLengthBytes];
        Span<byte> digest = stackalloc byte[Sm3Hash.DigestLengthBytes];
        if (signatureOid != SignatureOid || !TryGetNodeId(issuer, out var id) || !Sm2DerSignature.TryDecode(signature, plain))
        {
            return false;
        }

        Sm2Signatures.Digest(id, [], signedData, digest);
        return Sm2Signatures.Verify(id, digest, plain);
    }

    private static byte[] DrawPrivateKey(IRandomSource random)
    {
        var scalar = GC.AllocateUninitializedArray<byte>(Sm2Domain.FieldBytes, pinned: true);
        do
        {
            random.Fill(scalar);
        }
        while (!Sm2Domain.IsPrivateKey(scalar));

        return scalar;
    }
}
