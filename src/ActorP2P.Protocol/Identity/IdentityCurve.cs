using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Protocol.Identity;

/// <summary>
/// The one identity curve of a network. It fixes the signature algorithm and the hash; neither is negotiated.
/// Built-in: p256 and secp256k1; a provider adds more, see <see cref="ISuiteProvider"/>.
/// </summary>
public abstract class IdentityCurve
{
    /// <summary>Length of a signature r‖s, fixed (IEEE P1363).</summary>
    public const int SignatureLengthBytes = 64;

    /// <summary>Length of an agreed secret: the x coordinate of the shared point.</summary>
    public const int SharedSecretLengthBytes = 32;

    /// <summary>Name in configuration and in the handshake, e.g. <c>p256</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Dotted OID of the certificate signature algorithm that belongs to this curve, beside ECDSA with SHA-2.</summary>
    public abstract string CertificateSignatureOid { get; }

    /// <summary>
    /// True where .NET's own path builder verifies this curve's certificates. Where it is false, the path is built by us
    /// and each signature judged by <see cref="VerifyIssued"/>.
    /// </summary>
    public virtual bool PlatformVerifiesCertificates => true;

    /// <summary>
    /// Verifies r‖s over <c>context‖0x00‖data</c>; false for any malformed input, and for a second form of a valid
    /// signature where the scheme has one (ECDSA's high s). Never throws for remote input.
    /// </summary>
    public abstract bool Verify(NodeId signer, SignatureContext context, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);

    /// <summary>Makes a one-time key pair for ephemeral agreement (NIST SP 800-56A rev. 3, 5.7.1.2).</summary>
    public abstract IEphemeralKey GenerateEphemeral(IRandomSource random);

    /// <summary>Makes a new identity key.</summary>
    public abstract INodeKey GenerateKey(IRandomSource random);

    /// <summary>Reads a PKCS#8 or SEC1 PEM key. False with a reason of one line when it is malformed or of another curve.</summary>
    public abstract bool TryImportKey(string pem, string? password, [NotNullWhen(true)] out INodeKey? key, out string reason);

    /// <summary>The node ID of a certificate's public key; false when its key is not a named-curve point of this curve.</summary>
    public abstract bool TryGetNodeId(X509Certificate2 certificate, [NotNullWhen(true)] out NodeId? id);

    /// <summary>True when the point lies on the curve and is not infinity.</summary>
    public abstract bool IsValidPoint(NodeId id);

    /// <summary>True for the dotted OID of a signature algorithm that certificates and revocation lists of this network may have.</summary>
    public virtual bool AcceptsCertificateSignature(string oid) => PlatformSignatures.Knows(oid) || oid == CertificateSignatureOid;

    /// <summary>
    /// Verifies an issuer's DER signature over a certificate or a revocation list; false for a key or an algorithm that
    /// the curve does not take. Never throws for remote input.
    /// </summary>
    /// <param name="issuer">The certificate of the key that should have signed.</param>
    /// <param name="signatureOid">Dotted OID of the signature algorithm.</param>
    /// <param name="signedData">The encoded part that is signed.</param>
    /// <param name="signature">The signature as DER.</param>
    public virtual bool VerifyIssued(X509Certificate2 issuer, string signatureOid, ReadOnlySpan<byte> signedData, ReadOnlySpan<byte> signature) =>
        PlatformSignatures.Verify(issuer, signatureOid, signedData, signature);
}

/// <summary>An identity's private key. Disposing erases it.</summary>
public interface INodeKey : IDisposable
{
    /// <summary>The public point.</summary>
    NodeId Id { get; }

    /// <summary>The curve that the key lies on.</summary>
    IdentityCurve Curve { get; }

    /// <summary>Signs <c>context‖0x00‖data</c> into <paramref name="signature"/> (64 bytes r‖s, in the one form that verifies).</summary>
    void Sign(SignatureContext context, ReadOnlySpan<byte> data, Span<byte> signature);
}

/// <summary>A one-time agreement key. Disposing erases it.</summary>
public interface IEphemeralKey : IDisposable
{
    /// <summary>The public point X‖Y.</summary>
    NodeId Public { get; }

    /// <summary>Writes the 32-byte x coordinate of the shared point; false when the remote point is not on the curve.</summary>
    bool TryAgree(NodeId remote, Span<byte> secret);
}

/// <summary>What a signature is for: each use has its own label, so no signature can stand in for another.</summary>
public enum SignatureContext : byte
{
    /// <summary>Handshake transcript, by the initiator.</summary>
    HandshakeInitiator = 1,

    /// <summary>Handshake transcript, by the responder.</summary>
    HandshakeResponder = 2,

    /// <summary>A multicast or broadcast message header.</summary>
    Publication = 3,

    /// <summary>A node's link state.</summary>
    LinkState = 4,

    /// <summary>A node's state in one namespace.</summary>
    NamespaceState = 5,

    /// <summary>A statement of succession, by the key that is given up.</summary>
    SuccessionPredecessor = 6,

    /// <summary>A statement of succession, by the key that takes its place.</summary>
    SuccessionSuccessor = 7,
}
