using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Guomi;

/// <summary>
/// An identity key in a pinned array, zeroed on dispose. Each use makes numbers of it that BouncyCastle cannot zero;
/// they are garbage afterwards. Safe for use from several threads.
/// </summary>
internal sealed class Sm2NodeKey : IIssuingKey
{
    private readonly byte[] _scalar;
    private volatile bool _disposed;

    /// <summary>Takes the scalar over, in [1, n-2] and pinned.</summary>
    public Sm2NodeKey(Sm2Curve curve, byte[] scalar)
    {
        Curve = curve;
        _scalar = scalar;
        Id = Sm2Domain.Encode(Sm2Domain.MultiplyBase(Sm2Domain.Number(scalar)));
        SignatureGenerator = new Sm2SignatureGenerator(this);
    }

    ~Sm2NodeKey() => CryptographicOperations.ZeroMemory(_scalar);

    public NodeId Id { get; }

    public IdentityCurve Curve { get; }

    public X509SignatureGenerator SignatureGenerator { get; }

    public void Sign(SignatureContext context, ReadOnlySpan<byte> data, Span<byte> signature) =>
        Sign(SignatureContexts.Label(context), data, signature);

    public string ExportPem()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Sm2KeyFiles.Write(_scalar, Id);
    }

    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_scalar);
        GC.SuppressFinalize(this);
    }

    /// <summary>Signs label ‖ 0x00 ‖ data, or data alone for an empty label, which certificates take.</summary>
    internal void Sign(ReadOnlySpan<byte> label, ReadOnlySpan<byte> data, Span<byte> signature)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Span<byte> digest = stackalloc byte[Sm3Hash.DigestLengthBytes];
        Sm2Signatures.Digest(Id, label, data, digest);
        Sm2Signatures.Sign(_scalar, digest, signature[..Sm2Signatures.LengthBytes]);
    }
}

/// <summary>A one-time agreement key in a pinned array, zeroed on dispose.</summary>
internal sealed class Sm2EphemeralKey(byte[] scalar) : IEphemeralKey
{
    private bool _disposed;

    ~Sm2EphemeralKey() => CryptographicOperations.ZeroMemory(scalar);

    public NodeId Public { get; } = Sm2Domain.Encode(Sm2Domain.MultiplyBase(Sm2Domain.Number(scalar)));

    public bool TryAgree(NodeId remote, Span<byte> secret)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!Sm2Domain.Weierstrass.IsOnCurve(remote.Point))
        {
            return false;
        }

        // On a curve of prime order no multiple below the order is infinity.
        Sm2Domain.Write(Sm2Domain.X(Sm2Domain.Multiply(remote, Sm2Domain.Number(scalar))), secret);
        return true;
    }

    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(scalar);
        GC.SuppressFinalize(this);
    }
}

/// <summary>Signs certificates and revocation lists: DER of r and s over the encoded data, without a label (GM/T 0015-2012).</summary>
internal sealed class Sm2SignatureGenerator(Sm2NodeKey key) : X509SignatureGenerator
{
    /// <summary>The algorithm fixes its hash: the argument is not looked at.</summary>
    public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) => Sm2DerSignature.AlgorithmIdentifier();

    /// <inheritdoc />
    public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm)
    {
        Span<byte> plain = stackalloc byte[Sm2Signatures.LengthBytes];
        key.Sign([], data, plain);
        return Sm2DerSignature.Encode(plain);
    }

    /// <inheritdoc />
    protected override PublicKey BuildPublicKey() => NamedCurveKey.Create(key.Id, Sm2Curve.CurveOid);
}
