using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Protocol.Identity;

/// <summary>An identity key held by the platform's library. Safe for use from several threads.</summary>
internal sealed class EcdsaNodeKey : IIssuingKey
{
    private readonly EcdsaCurve _curve;
    private readonly ECDsa _ecdsa;

    public EcdsaNodeKey(EcdsaCurve curve, ECDsa ecdsa)
    {
        _curve = curve;
        _ecdsa = ecdsa;
        Id = EcdsaCurve.PublicPoint(ecdsa.ExportParameters(includePrivateParameters: false));
        SignatureGenerator = X509SignatureGenerator.CreateForECDsa(ecdsa);
    }

    public NodeId Id { get; }

    public X509SignatureGenerator SignatureGenerator { get; }

    public IdentityCurve Curve => _curve;

    public string ExportPem() => _ecdsa.ExportPkcs8PrivateKeyPem() + "\n";

    public void Sign(SignatureContext context, ReadOnlySpan<byte> data, Span<byte> signature)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SignatureContexts.Sha256(context, data, digest);
        var target = signature[..IdentityCurve.SignatureLengthBytes];
        lock (_ecdsa)
        {
            _ecdsa.SignHash(digest, target, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        _curve.NormaliseToLowS(target);
    }

    public void Dispose() => _ecdsa.Dispose();
}

/// <summary>A one-time agreement key.</summary>
internal sealed class EcdhEphemeralKey : IEphemeralKey
{
    private readonly EcdsaCurve _curve;
    private readonly ECDiffieHellman _key;

    public EcdhEphemeralKey(EcdsaCurve curve, ECDiffieHellman key)
    {
        _curve = curve;
        _key = key;
        Public = EcdsaCurve.PublicPoint(key.ExportParameters(includePrivateParameters: false));
    }

    public NodeId Public { get; }

    public bool TryAgree(NodeId remote, Span<byte> secret)
    {
        if (!_curve.IsValidPoint(remote))
        {
            return false;
        }

        using var other = ECDiffieHellman.Create(_curve.PublicParameters(remote));
        using var otherPublic = other.PublicKey;
        var raw = _key.DeriveRawSecretAgreement(otherPublic);
        raw.CopyTo(secret);
        CryptographicOperations.ZeroMemory(raw);
        return true;
    }

    public void Dispose() => _key.Dispose();
}
