using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Protocol.Identity;

/// <summary>
/// A curve of .NET's ECDsa with SHA-256 (FIPS 186-5) and ECDH (SP 800-56A rev. 3): see <see cref="IdentityCurves"/>
/// for the instances. Safe for use from several threads.
/// </summary>
public sealed class EcdsaCurve : IdentityCurve
{
    /// <summary>Imported verification keys kept per curve; the oldest import leaves first.</summary>
    public const int VerificationKeyCacheEntries = 1024;

    private const int CoordinateBytes = 32;

    private readonly WeierstrassParameters _parameters;
    private readonly VerificationKeyCache _verificationKeys;

    internal EcdsaCurve(string name, string oid, WeierstrassParameters parameters)
    {
        Name = name;
        Oid = oid;
        _parameters = parameters;
        _verificationKeys = new VerificationKeyCache(VerificationKeyCacheEntries, ImportVerificationKey);
    }

    /// <inheritdoc />
    public override string Name { get; }

    /// <inheritdoc />
    public override string CertificateSignatureOid => "1.2.840.10045.4.3.2";

    /// <summary>The curve's object identifier, dotted.</summary>
    public string Oid { get; }

    internal ECCurve Curve => ECCurve.CreateFromValue(Oid);

    /// <inheritdoc />
    public override bool Verify(NodeId signer, SignatureContext context, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLengthBytes || !_parameters.IsCanonicalSignature(signature))
        {
            return false;
        }

        var key = _verificationKeys.Find(signer);
        if (key is null)
        {
            return false;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SignatureContexts.Sha256(context, data, digest);
        lock (key)
        {
            return key.VerifyHash(digest, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    /// <inheritdoc />
    public override IEphemeralKey GenerateEphemeral(IRandomSource random)
    {
        var parameters = DrawPrivateKey(random);
        try
        {
            return new EcdhEphemeralKey(this, ECDiffieHellman.Create(parameters));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters.D);
        }
    }

    /// <inheritdoc />
    public override INodeKey GenerateKey(IRandomSource random)
    {
        var parameters = DrawPrivateKey(random);
        try
        {
            return new EcdsaNodeKey(this, ECDsa.Create(parameters));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters.D);
        }
    }

    /// <inheritdoc />
    public override bool TryImportKey(string pem, string? password, [NotNullWhen(true)] out INodeKey? key, out string reason)
    {
        key = null;
        var encrypted = pem.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal);
        if (encrypted && password is null)
        {
            reason = "the key is encrypted and no password was given";
            return false;
        }

        var ecdsa = ECDsa.Create();
        try
        {
            if (encrypted)
            {
                ecdsa.ImportFromEncryptedPem(pem, password);
            }
            else
            {
                ecdsa.ImportFromPem(pem);
            }

            reason = JudgeImported(ecdsa);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            reason = encrypted
                ? "the password is wrong or the encrypted key is damaged"
                : "no elliptic-curve private key in PKCS#8 or SEC1 PEM could be read";
        }

        if (reason.Length > 0)
        {
            ecdsa.Dispose();
            return false;
        }

        key = new EcdsaNodeKey(this, ecdsa);
        return true;
    }

    /// <inheritdoc />
    public override bool TryGetNodeId(X509Certificate2 certificate, [NotNullWhen(true)] out NodeId? id) =>
        NamedCurveKey.TryRead(certificate.PublicKey, Oid, out id) && IsValidPoint(id);

    /// <inheritdoc />
    public override bool IsValidPoint(NodeId id) => _parameters.IsOnCurve(id.Point);

    internal static NodeId PublicPoint(ECParameters parameters)
    {
        Span<byte> point = stackalloc byte[NodeId.LengthBytes];
        parameters.Q.X.CopyTo(point);
        parameters.Q.Y.CopyTo(point[CoordinateBytes..]);
        return NodeId.FromPoint(point);
    }

    internal ECParameters PublicParameters(NodeId id) => new()
    {
        Curve = Curve,
        Q = new ECPoint { X = id.Point[..CoordinateBytes].ToArray(), Y = id.Point[CoordinateBytes..].ToArray() },
    };

    internal void NormaliseToLowS(Span<byte> signature) => _parameters.NormaliseToLowS(signature);

    private ECDsa? ImportVerificationKey(NodeId id) =>
        _parameters.IsOnCurve(id.Point) ? ECDsa.Create(PublicParameters(id)) : null;

    // Rejection sampling: uniform in [1, n-1] (FIPS 186-5, A.2.2), and reproducible from a seeded source.
    private ECParameters DrawPrivateKey(IRandomSource random)
    {
        var scalar = GC.AllocateUninitializedArray<byte>(CoordinateBytes, pinned: true);
        do
        {
            random.Fill(scalar);
        }
        while (!_parameters.IsScalar(scalar));

        return new ECParameters { Curve = Curve, D = scalar };
    }

    private string JudgeImported(ECDsa ecdsa)
    {
        var parameters = ecdsa.ExportParameters(includePrivateParameters: true);
        CryptographicOperations.ZeroMemory(parameters.D);
        return parameters.Curve.IsNamed && parameters.Curve.Oid.Value == Oid
            ? ""
            : $"the key is not on the network's curve {Name}";
    }
}
