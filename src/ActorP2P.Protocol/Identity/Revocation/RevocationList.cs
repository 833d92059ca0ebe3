using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Protocol.Identity.Revocation;

/// <summary>
/// One complete certificate revocation list of one issuer (RFC 5280, section 5), read and not yet believed:
/// <see cref="JudgeIssuer"/> says whether an issuer signed it. Immutable; safe for use from several threads.
/// </summary>
public sealed class RevocationList
{
    /// <summary>Lists in one file.</summary>
    public const int MaxPerFile = 16;

    private const string PemLabel = "X509 CRL";
    private const int MaxRememberedIssuers = 64;

    private readonly SignedDer _signed;
    private readonly HashSet<string> _serials;
    private readonly byte[]? _authorityKeyId;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RevocationListError> _judged = new(StringComparer.Ordinal);

    internal RevocationList(RevocationListContent content, SignedDer signed)
    {
        _signed = signed;
        _serials = content.Serials;
        _authorityKeyId = content.AuthorityKeyId;
        IssuerName = content.IssuerName;
        ThisUpdate = content.ThisUpdate;
        NextUpdate = content.NextUpdate;
        Number = content.Number;
        Hash = Convert.ToHexStringLower(SHA256.HashData(signed.ToBeSigned.Span));
        IssuerReference = Convert.ToHexStringLower(SHA256.HashData([.. IssuerName.RawData, .. _authorityKeyId ?? []]));
    }

    /// <summary>SHA-256 of what is signed, as hex.</summary>
    internal string Hash { get; }

    /// <summary>The issuer's subject.</summary>
    public X500DistinguishedName IssuerName { get; }

    /// <summary>When it was issued.</summary>
    public DateTimeOffset ThisUpdate { get; }

    /// <summary>When the next one is due at the latest; the list is stale after it.</summary>
    public DateTimeOffset NextUpdate { get; }

    /// <summary>Its number, which an issuer only ever raises.</summary>
    public BigInteger Number { get; }

    /// <summary>Certificates revoked.</summary>
    public int Count => _serials.Count;

    /// <summary>SHA-256 of the issuer's name and key identifier as hex: under it an issuer's numbers are remembered.</summary>
    public string IssuerReference { get; }

    /// <summary>Reads all lists of a PEM text; other blocks are skipped. No list at all is <see cref="RevocationListError.Malformed"/>.</summary>
    public static RevocationListError TryParsePem(string pem, out IReadOnlyList<RevocationList> lists)
    {
        var found = new List<RevocationList>();
        lists = found;
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            if (rest[fields.Label].SequenceEqual(PemLabel))
            {
                if (found.Count == MaxPerFile)
                {
                    return RevocationListError.TooMany;
                }

                var error = TryParseDer(Convert.FromBase64String(rest[fields.Base64Data].ToString()), out var list);
                if (list is null)
                {
                    return error;
                }

                found.Add(list);
            }

            rest = rest[fields.Location.End..];
        }

        return found.Count > 0 ? RevocationListError.None : RevocationListError.Malformed;
    }

    /// <summary>Reads one list, which must fill the bytes exactly.</summary>
    public static RevocationListError TryParseDer(ReadOnlyMemory<byte> der, out RevocationList? list)
    {
        list = null;
        if (!SignedDer.TryRead(der, out var signed))
        {
            return RevocationListError.Malformed;
        }

        var error = RevocationListContent.TryRead(signed, out var content);
        list = content is null ? null : new RevocationList(content, signed);
        return error;
    }

    /// <summary>True when the serial, as big-endian content bytes of the INTEGER, is listed.</summary>
    public bool Revokes(ReadOnlySpan<byte> serial) => _serials.Contains(Convert.ToHexString(serial));

    /// <summary>True when name and, where both have one, key identifier are this issuer's.</summary>
    internal bool IsNamedBy(X509Certificate2 issuer) =>
        issuer.SubjectName.RawData.AsSpan().SequenceEqual(IssuerName.RawData)
        && (_authorityKeyId is null || SubjectKeyId(issuer) is not { } held || held.Span.SequenceEqual(_authorityKeyId));

    /// <summary>True when the list itself says which key signed it, so that a signature that does not fit is no other CA's of the same name.</summary>
    internal bool NamesItsKey(X509Certificate2 issuer) => _authorityKeyId is not null && SubjectKeyId(issuer) is not null;

    /// <summary>Whether this issuer signed the list and may: <c>None</c> when so. Remembered, so the signature is checked once an issuer.</summary>
    internal RevocationListError JudgeIssuer(X509Certificate2 issuer, IdentityCurve curve)
    {
        var key = Convert.ToHexString(SHA256.HashData(issuer.RawDataMemory.Span));
        lock (_gate)
        {
            if (_judged.TryGetValue(key, out var known))
            {
                return known;
            }
        }

        var verdict = !curve.AcceptsCertificateSignature(_signed.AlgorithmOid) ? RevocationListError.WrongSignatureAlgorithm
            : !MaySignLists(issuer) ? RevocationListError.IssuerMayNotSign
            : curve.VerifyIssued(issuer, _signed.AlgorithmOid, _signed.ToBeSigned.Span, _signed.Signature.Span) ? RevocationListError.None
            : RevocationListError.BadSignature;
        lock (_gate)
        {
            if (_judged.Count < MaxRememberedIssuers)
            {
                _judged[key] = verdict;
            }
        }

        return verdict;
    }

    // An absent key usage allows everything (RFC 5280, 4.2.1.3).
    private static bool MaySignLists(X509Certificate2 issuer) =>
        issuer.Extensions.OfType<X509KeyUsageExtension>().All(static usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign));

    private static ReadOnlyMemory<byte>? SubjectKeyId(X509Certificate2 issuer) =>
        issuer.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifierBytes;
}
