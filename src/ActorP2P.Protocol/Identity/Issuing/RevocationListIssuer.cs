using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity.Revocation;

namespace ActorP2P.Protocol.Identity.Issuing;

/// <summary>A certificate to revoke.</summary>
/// <param name="Serial">Content bytes of its serial number, big-endian, 1 to 20.</param>
/// <param name="Reason">Why; <c>Unspecified</c> writes none (RFC 5280, 5.3.1).</param>
public readonly record struct RevokedCertificate(ReadOnlyMemory<byte> Serial, X509RevocationReason Reason);

/// <summary>A list that was made.</summary>
/// <param name="Pem">The file's text.</param>
/// <param name="List">The same, read back and verified.</param>
/// <param name="Added">Serials that the list before did not have, as lower-case hex.</param>
public sealed record IssuedRevocationList(string Pem, RevocationList List, IReadOnlyList<string> Added);

/// <summary>
/// Makes a CA's revocation lists (RFC 5280, section 5): complete, with a number that rises by one from list to list.
/// A list is extended only when this CA signed it.
/// </summary>
public static class RevocationListIssuer
{
    /// <summary>Longest serial number (RFC 5280, 4.1.2.2).</summary>
    public const int MaxSerialBytes = 20;

    // Nodes refuse a list of a later time than theirs, and clocks of a consortium differ.
    private static readonly TimeSpan Backdating = TimeSpan.FromMinutes(5);

    /// <summary>The next list: what the current one has, and what is added.</summary>
    /// <param name="issuer">The CA.</param>
    /// <param name="currentPem">The list in force, or null for the first one, which gets number 1.</param>
    /// <param name="revoked">What to add; with none, the list is only renewed. What is listed already stays as it is.</param>
    /// <param name="now">The time of revocation.</param>
    /// <param name="nextUpdate">When nodes may expect another list at the latest.</param>
    /// <param name="list">The list when the result is true.</param>
    /// <param name="reason">One line when it is false.</param>
    public static bool TryIssue(
        CertificateIssuer issuer,
        string? currentPem,
        IReadOnlyCollection<RevokedCertificate> revoked,
        DateTimeOffset now,
        DateTimeOffset nextUpdate,
        [NotNullWhen(true)] out IssuedRevocationList? list,
        out string reason)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        ArgumentNullException.ThrowIfNull(revoked);
        list = null;
        if (!TryStart(issuer, currentPem, out var builder, out var current, out reason))
        {
            return false;
        }

        var added = new List<string>();
        foreach (var certificate in revoked)
        {
            var serial = certificate.Serial.Span;
            if (serial.Length is 0 or > MaxSerialBytes)
            {
                reason = $"a serial number has 1 to {MaxSerialBytes} bytes";
                return false;
            }

            var hex = Convert.ToHexStringLower(serial);
            if (current?.Revokes(serial) != true && !added.Contains(hex))
            {
                builder.AddEntry(serial, now, certificate.Reason == X509RevocationReason.Unspecified ? null : certificate.Reason);
                added.Add(hex);
            }
        }

        var number = (current?.Number ?? BigInteger.Zero) + BigInteger.One;
        var der = builder.Build(
            issuer.Certificate.SubjectName,
            issuer.Key.SignatureGenerator,
            number,
            nextUpdate,
            HashAlgorithmName.SHA256,
            AuthorityKeyId(issuer.Certificate),
            now - Backdating);
        return TryReadBack(issuer, der, added, out list, out reason);
    }

    private static bool TryStart(
        CertificateIssuer issuer,
        string? currentPem,
        [NotNullWhen(true)] out CertificateRevocationListBuilder? builder,
        out RevocationList? current,
        out string reason)
    {
        current = null;
        reason = "";
        if (currentPem is null)
        {
            builder = new CertificateRevocationListBuilder();
            return true;
        }

        builder = null;

        var error = RevocationList.TryParsePem(currentPem, out var lists);
        if (error != RevocationListError.None || lists.Count != 1)
        {
            reason = $"the current list cannot be extended ({(lists.Count > 1 ? RevocationListError.TooMany : error)})";
            return false;
        }

        current = lists[0];
        error = current.IsNamedBy(issuer.Certificate) ? current.JudgeIssuer(issuer.Certificate, issuer.Curve) : RevocationListError.UnknownIssuer;
        if (error != RevocationListError.None)
        {
            reason = $"the current list is not this CA's ({error})";
            return false;
        }

        try
        {
            builder = CertificateRevocationListBuilder.LoadPem(currentPem, out _);
            return true;
        }
        catch (CryptographicException exception)
        {
            // The framework's builder takes fewer forms than its reader: entries with extensions of their own, for one.
            reason = $"the current list has entries that cannot be carried over: {exception.Message.ReplaceLineEndings(" ")}";
            return false;
        }
    }

    // What nodes would refuse must not leave the CA: a key usage without cRLSign, for one.
    private static bool TryReadBack(
        CertificateIssuer issuer, byte[] der, List<string> added, [NotNullWhen(true)] out IssuedRevocationList? list, out string reason)
    {
        list = null;
        var error = RevocationList.TryParseDer(der, out var read);
        if (read is not null)
        {
            error = read.JudgeIssuer(issuer.Certificate, issuer.Curve);
        }

        if (read is null || error != RevocationListError.None)
        {
            reason = $"nodes would refuse this CA's list ({error})";
            return false;
        }

        list = new IssuedRevocationList(PemEncoding.WriteString("X509 CRL", der) + "\n", read, added);
        reason = "";
        return true;
    }

    private static X509AuthorityKeyIdentifierExtension AuthorityKeyId(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is { } subjectKeyId
            ? X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(subjectKeyId)
            : X509AuthorityKeyIdentifierExtension.CreateFromIssuerNameAndSerialNumber(certificate.IssuerName, certificate.SerialNumberBytes.Span);
}
