using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Identity.Revocation;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Identity;

/// <summary>What is wrong with an identity's files.</summary>
public enum IdentityErrorKind
{
    /// <summary>The private key cannot be read: malformed, wrong password, another curve.</summary>
    Key,

    /// <summary>The node's certificate file cannot be read.</summary>
    Certificate,

    /// <summary>The CA file cannot be read or holds a certificate that is no CA.</summary>
    Roots,

    /// <summary>Key and certificate are of two pairs.</summary>
    KeyMismatch,

    /// <summary>The certificate does not prove membership under the configured roots.</summary>
    Refused,

    /// <summary>An entry of the allow-list or deny-list is no node ID.</summary>
    List,

    /// <summary>A revocation list cannot be used.</summary>
    RevocationList,

    /// <summary>The key is another one than the running node's, which may not change it: a new key is a new identity and takes a new start.</summary>
    OtherIdentity,
}

/// <summary>One reason why an identity cannot be used.</summary>
/// <param name="Kind">The typed reason.</param>
/// <param name="Setting">HOCON path of the setting that names the culprit.</param>
/// <param name="Detail">One line for people; no secrets.</param>
/// <param name="Refusal">With <see cref="IdentityErrorKind.Refused"/>, why.</param>
/// <param name="RevocationList">With <see cref="IdentityErrorKind.RevocationList"/>, why.</param>
public sealed record IdentityError(
    IdentityErrorKind Kind,
    string Setting,
    string Detail,
    CertificateRefusal? Refusal = null,
    RevocationListError? RevocationList = null);

/// <summary>
/// A node's own identity: a private key, the chain that proves it under the configured roots, and the validator that
/// judges others by the same roots. It exists only when all of them fit. Disposing erases the key.
/// </summary>
public sealed class NodeIdentity : IDisposable
{
    private const string KeySetting = "actorp2p.identity.key-file";
    private const string CertificateSetting = "actorp2p.identity.certificate-file";

    private NodeIdentity(INodeKey key, CertificateChain chain, CertificateValidator validator, DateTimeOffset notAfter, IReadOnlyList<string> warnings)
    {
        Key = key;
        Chain = chain;
        Validator = validator;
        NotAfter = notAfter;
        Warnings = warnings;
    }

    /// <summary>The public key.</summary>
    public NodeId Id => Key.Id;

    /// <summary>The private key.</summary>
    public INodeKey Key { get; }

    /// <summary>The network's curve.</summary>
    public IdentityCurve Curve => Key.Curve;

    /// <summary>Our certificates, leaf first.</summary>
    public CertificateChain Chain { get; }

    /// <summary>Judges other nodes by our roots and lists.</summary>
    public CertificateValidator Validator { get; }

    /// <summary>The earliest end of any certificate on our path.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>What works and should not stay so: one line each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Builds an identity out of the texts of its three files. Every error found is reported, not only the first.</summary>
    /// <param name="keyPem">PKCS#8 (encrypted or not) or SEC1.</param>
    /// <param name="certificatePem">Leaf first, then agency certificates.</param>
    /// <param name="caPem">One or more roots.</param>
    /// <param name="curve">The network's curve.</param>
    /// <param name="password">Password of an encrypted key, or null.</param>
    /// <param name="settings">Limits and lists.</param>
    /// <param name="now">The time at which the chain must be valid.</param>
    /// <param name="identity">The identity when the result is true.</param>
    /// <param name="errors">Empty when the result is true.</param>
    /// <param name="revocation">The revocation lists, or null for none.</param>
    /// <param name="previous">
    /// The identity before a reload. When the key is the same, its object stays in use; numbers of revocation lists
    /// do not fall below the ones it has seen.
    /// </param>
    /// <param name="allowsOtherKey">Whether a reload may bring another key.</param>
    public static bool TryCreate(
        string keyPem,
        string certificatePem,
        string caPem,
        IdentityCurve curve,
        string? password,
        IdentitySettings settings,
        DateTimeOffset now,
        [NotNullWhen(true)] out NodeIdentity? identity,
        out IReadOnlyList<IdentityError> errors,
        RevocationFiles? revocation = null,
        NodeIdentity? previous = null,
        bool allowsOtherKey = false)
    {
        identity = null;
        var found = new List<IdentityError>();
        if (!curve.TryImportKey(keyPem, password, out var key, out var keyReason))
        {
            found.Add(new IdentityError(IdentityErrorKind.Key, KeySetting, keyReason));
        }

        var limits = new ChainLimits(settings.MaxChainCertificates, settings.MaxChainBytes);
        if (!CertificateChain.TryParsePem(certificatePem, limits, out var chain, out var chainReason))
        {
            found.Add(new IdentityError(IdentityErrorKind.Certificate, CertificateSetting, chainReason));
        }

        if (key is not null && previous is not null && key.Id != previous.Id && !allowsOtherKey)
        {
            found.Add(new IdentityError(IdentityErrorKind.OtherIdentity, KeySetting, $"the key is of node {key.Id.ShortId}, and this node runs as {previous.Id.ShortId}: a new key is a new identity and takes a new start"));
        }

        var warnings = new List<string>();
        var validator = MembershipReader.TryCreateValidator(
            caPem, chain, curve, settings, revocation ?? RevocationFiles.None, previous?.Validator, now, found, warnings);
        var accepted = JudgeOwnChain(key, chain, validator, curve, now, found);
        errors = found;
        if (found.Count > 0)
        {
            key?.Dispose();
            return false;
        }

        if (previous is not null && key!.Id == previous.Id)
        {
            // The same key by its ID; one object of it goes on, so whoever holds it need not know of the reload.
            key.Dispose();
            key = previous.Key;
        }

        identity = new NodeIdentity(key!, chain!, validator!, accepted!.CertificateNotAfter, warnings);
        return true;
    }

    /// <inheritdoc />
    public void Dispose() => Key.Dispose();

    /// <summary>The short ID; nothing secret.</summary>
    public override string ToString() => $"node {Id.ShortId}";

    private static CertificateVerdict.Accepted? JudgeOwnChain(
        INodeKey? key,
        CertificateChain? chain,
        CertificateValidator? validator,
        IdentityCurve curve,
        DateTimeOffset now,
        List<IdentityError> found)
    {
        if (chain is null)
        {
            return null;
        }

        var leafId = MembershipReader.LeafId(chain, curve);
        if (key is not null && leafId is not null && key.Id != leafId)
        {
            found.Add(new IdentityError(IdentityErrorKind.KeyMismatch, KeySetting, $"the key is of node {key.Id.ShortId}, the certificate of node {leafId.ShortId}"));
        }

        var verdict = validator?.Validate(chain, now);
        if (verdict is CertificateVerdict.Refused { Reason: CertificateRefusal.RevocationStale })
        {
            // A node that starts with a stale list is no danger to anybody; it accepts nobody until the list is renewed.
            verdict = validator!.EvenStale.Validate(chain, now);
        }

        if (verdict is CertificateVerdict.Refused refused)
        {
            found.Add(new IdentityError(IdentityErrorKind.Refused, CertificateSetting, refused.Detail, refused.Reason));
        }

        return verdict as CertificateVerdict.Accepted;
    }
}
