using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Protocol.Identity.Revocation;

/// <summary>The texts of the files that <c>crl.files</c> names.</summary>
/// <param name="Pems">One text a file, in the order of the setting.</param>
/// <param name="Stale">What a stale list means.</param>
/// <param name="KnownNumbers">Highest numbers of issuers that were in force before, in an earlier start among others.</param>
public sealed record RevocationFiles(IReadOnlyList<string> Pems, StaleListPolicy Stale, IReadOnlyDictionary<string, BigInteger> KnownNumbers)
{
    /// <summary>No files.</summary>
    public static RevocationFiles None { get; } = new([], StaleListPolicy.Refuse, new Dictionary<string, BigInteger>());
}

/// <summary>Puts the lists of all files in force, and collects what is wrong with them by the file's setting.</summary>
internal static class RevocationReader
{
    private const string FilesSetting = "actorp2p.crl.files";

    /// <summary>The lists in force; null when anything was added to <paramref name="errors"/>.</summary>
    public static RevocationLists? Read(
        RevocationFiles files,
        IReadOnlyCollection<X509Certificate2> roots,
        CertificateChain? ownChain,
        RevocationLists? previous,
        IdentityCurve curve,
        DateTimeOffset now,
        List<IdentityError> errors,
        List<string> warnings)
    {
        var before = errors.Count;
        var lists = new List<RevocationList>();
        var fileOf = new List<int>();
        for (var i = 0; i < files.Pems.Count; i++)
        {
            var error = RevocationList.TryParsePem(files.Pems[i], out var found);
            if (error != RevocationListError.None)
            {
                errors.Add(new IdentityError(IdentityErrorKind.RevocationList, SettingOf(i), Explain(error), RevocationList: error));
            }

            lists.AddRange(found);
            fileOf.AddRange(Enumerable.Repeat(i, found.Count));
        }

        if (errors.Count > before)
        {
            return null;
        }

        var numbers = new Dictionary<string, BigInteger>(files.KnownNumbers, StringComparer.Ordinal);
        foreach (var (issuer, number) in previous?.Numbers ?? RevocationLists.None.Numbers)
        {
            numbers[issuer] = numbers.TryGetValue(issuer, out var known) && known > number ? known : number;
        }

        var agencies = ReadAgencies(ownChain);
        try
        {
            var isValid = RevocationLists.TryCreate(lists, files.Stale, numbers, [.. roots, .. agencies], curve, now, out var result, out var problems);
            foreach (var problem in problems)
            {
                var setting = SettingOf(fileOf[problem.List]);
                if (isValid)
                {
                    warnings.Add($"{setting}: {problem.Detail}");
                }
                else
                {
                    errors.Add(new IdentityError(IdentityErrorKind.RevocationList, setting, problem.Detail, RevocationList: problem.Error));
                }
            }

            return result;
        }
        catch (CryptographicException)
        {
            // The platform decodes an extension when it is first looked at.
            errors.Add(new IdentityError(IdentityErrorKind.Roots, "actorp2p.identity.ca-file", "a CA certificate cannot be read"));
            return null;
        }
        finally
        {
            agencies.ForEach(static agency => agency.Dispose());
        }
    }

    private static List<X509Certificate2> ReadAgencies(CertificateChain? ownChain)
    {
        var agencies = new List<X509Certificate2>();
        foreach (var der in ownChain?.Certificates.Skip(1) ?? [])
        {
            try
            {
                agencies.Add(X509CertificateLoader.LoadCertificate(der.Span));
            }
            catch (CryptographicException)
            {
                // The validator reports the same bytes as malformed.
            }
        }

        return agencies;
    }

    private static string SettingOf(int file) => string.Create(CultureInfo.InvariantCulture, $"{FilesSetting}.{file}");

    private static string Explain(RevocationListError error) => error switch
    {
        RevocationListError.TooMany => $"more than {RevocationList.MaxPerFile} revocation lists in one file",
        RevocationListError.WrongVersion => "the revocation list is not of version 2",
        RevocationListError.NoNumber => "the revocation list has no CRL number, so a rollback could not be noticed",
        RevocationListError.NoNextUpdate => "the revocation list does not say when the next one is due",
        RevocationListError.UnknownCriticalExtension => "the revocation list has a critical extension that is not understood: delta, partial and indirect lists are not supported",
        _ => "no revocation list (X509 CRL) in PEM could be read",
    };
}
