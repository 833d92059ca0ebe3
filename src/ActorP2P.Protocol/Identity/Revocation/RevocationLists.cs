using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Protocol.Identity.Revocation;

/// <summary>What is wrong with one of several lists.</summary>
/// <param name="List">Its index among those offered.</param>
/// <param name="Error">The typed reason.</param>
/// <param name="Detail">One line for people.</param>
public sealed record RevocationListProblem(int List, RevocationListError Error, string Detail);

/// <summary>
/// The revocation lists in force. They are ours to check: .NET's path builder takes no lists from files. Immutable but for the
/// signatures remembered; a reload makes a new one out of the old, so an issuer's number never falls.
/// </summary>
public sealed class RevocationLists
{
    /// <summary>Issuers whose highest number is remembered.</summary>
    public const int MaxRememberedNumbers = 1024;

    private readonly IReadOnlyList<RevocationList> _lists;
    private readonly StaleListPolicy _stale;

    private RevocationLists(IReadOnlyList<RevocationList> lists, StaleListPolicy stale, IReadOnlyDictionary<string, BigInteger> numbers)
    {
        _lists = lists;
        _stale = stale;
        Numbers = numbers;
    }

    /// <summary>No list: nobody is revoked.</summary>
    public static RevocationLists None { get; } = new([], StaleListPolicy.Refuse, new Dictionary<string, BigInteger>());

    /// <summary>Equal for equal lists under an equal policy.</summary>
    internal string Fingerprint => string.Join(' ', _lists.Select(static list => list.Hash).Order(StringComparer.Ordinal).Prepend(_stale.ToString()));

    /// <summary>The same lists, a stale one being good enough.</summary>
    internal RevocationLists EvenStale => new(_lists, StaleListPolicy.Warn, Numbers);

    /// <summary>Lists in force.</summary>
    public int Count => _lists.Count;

    /// <summary>The highest number seen of each issuer, by <see cref="RevocationList.IssuerReference"/>.</summary>
    public IReadOnlyDictionary<string, BigInteger> Numbers { get; }

    /// <summary>The earliest nextUpdate of all lists; null without lists.</summary>
    public DateTimeOffset? StaleFrom => _lists.Count == 0 ? null : _lists.Min(static list => list.NextUpdate);

    /// <summary>Puts lists in force, all or none.</summary>
    /// <param name="lists">The lists of all files.</param>
    /// <param name="stale">What a stale list means for its issuer's certificates.</param>
    /// <param name="numbers">The highest numbers known so far, of <see cref="Numbers"/>.</param>
    /// <param name="issuers">CA certificates at hand: roots and our own chain.</param>
    /// <param name="curve">The network's curve.</param>
    /// <param name="now">The time.</param>
    /// <param name="result">The lists in force when the result is true.</param>
    /// <param name="problems">Reasons to refuse when the result is false; otherwise what should not stay so: stale lists and unknown issuers.</param>
    public static bool TryCreate(
        IReadOnlyList<RevocationList> lists,
        StaleListPolicy stale,
        IReadOnlyDictionary<string, BigInteger> numbers,
        IReadOnlyCollection<X509Certificate2> issuers,
        IdentityCurve curve,
        DateTimeOffset now,
        [NotNullWhen(true)] out RevocationLists? result,
        out IReadOnlyList<RevocationListProblem> problems)
    {
        var errors = new List<RevocationListProblem>();
        var warnings = new List<RevocationListProblem>();
        var highest = new Dictionary<string, BigInteger>(numbers, StringComparer.Ordinal);
        for (var i = 0; i < lists.Count; i++)
        {
            var list = lists[i];
            Judge(list, numbers, issuers, curve, now, (isError, error, detail) => (isError ? errors : warnings).Add(new RevocationListProblem(i, error, detail)));
            if (!highest.TryGetValue(list.IssuerReference, out var known) || known < list.Number)
            {
                highest[list.IssuerReference] = list.Number;
            }
        }

        if (highest.Count > MaxRememberedNumbers)
        {
            errors.Add(new RevocationListProblem(lists.Count - 1, RevocationListError.TooMany, $"more than {MaxRememberedNumbers} issuers of lists"));
        }

        result = errors.Count == 0 ? new RevocationLists(NewestOfEach(lists), stale, highest) : null;
        problems = result is null ? errors : warnings;
        return result is not null;
    }

    /// <summary>Whether a certificate was revoked, of an issuer on the same path.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="issuer">Who issued it; its signature was verified.</param>
    /// <param name="curve">The network's curve.</param>
    /// <param name="now">The time.</param>
    /// <param name="until">Until when the answer holds.</param>
    /// <returns>Null when it was not.</returns>
    internal (CertificateRefusal Reason, string Detail)? Judge(
        X509Certificate2 certificate, X509Certificate2 issuer, IdentityCurve curve, DateTimeOffset now, out DateTimeOffset until)
    {
        until = DateTimeOffset.MaxValue;
        foreach (var list in _lists)
        {
            if (!list.IsNamedBy(issuer))
            {
                continue;
            }

            var verdict = list.JudgeIssuer(issuer, curve);
            if (verdict != RevocationListError.None)
            {
                if (list.NamesItsKey(issuer))
                {
                    return (CertificateRefusal.RevocationUnknown, $"the revocation list of its issuer cannot be used ({verdict})");
                }

                // A CA of the same name whose list names no key: it is not this issuer's.
                continue;
            }

            if (list.Revokes(certificate.SerialNumberBytes.Span))
            {
                return (CertificateRefusal.Revoked, $"serial {Convert.ToHexStringLower(certificate.SerialNumberBytes.Span)} is on list {list.Number} of its issuer");
            }

            if (_stale == StaleListPolicy.Refuse)
            {
                if (list.NextUpdate < now)
                {
                    return (CertificateRefusal.RevocationStale, $"the revocation list of its issuer was due to be renewed {list.NextUpdate:u}, now {now:u}");
                }

                until = list.NextUpdate < until ? list.NextUpdate : until;
            }
        }

        return null;
    }

    private static void Judge(
        RevocationList list,
        IReadOnlyDictionary<string, BigInteger> numbers,
        IReadOnlyCollection<X509Certificate2> issuers,
        IdentityCurve curve,
        DateTimeOffset now,
        Action<bool, RevocationListError, string> report)
    {
        var name = Shown(list.IssuerName);
        if (numbers.TryGetValue(list.IssuerReference, out var known) && list.Number < known)
        {
            report(true, RevocationListError.RolledBack, $"list {list.Number} of {name} is older than list {known}, which was in force");
        }

        if (list.ThisUpdate > now)
        {
            report(true, RevocationListError.NotYetValid, $"list {list.Number} of {name} was issued {list.ThisUpdate:u}, now {now:u}: one of the clocks is wrong");
        }
        else if (list.NextUpdate < now)
        {
            report(false, RevocationListError.Stale, $"list {list.Number} of {name} was due to be renewed {list.NextUpdate:u}");
        }

        var verdicts = issuers.Where(list.IsNamedBy).Select(issuer => list.JudgeIssuer(issuer, curve)).ToList();
        if (verdicts.Count == 0)
        {
            report(false, RevocationListError.UnknownIssuer, $"the issuer {name} of list {list.Number} is neither in ca-file nor in certificate-file: its signature is checked when a remote sends its certificate");
        }
        else if (!verdicts.Contains(RevocationListError.None))
        {
            report(true, verdicts[0], $"list {list.Number} of {name} is not signed by that CA, or the CA may not sign lists");
        }
    }

    // Two files of one issuer, as during a roll-over: the higher number counts.
    private static List<RevocationList> NewestOfEach(IReadOnlyList<RevocationList> lists) =>
        [.. lists.GroupBy(static list => list.IssuerReference).Select(static group => group.MaxBy(static list => list.Number)!)];

    private static string Shown(X500DistinguishedName name)
    {
        const int MaxChars = 80;
        return "'" + string.Concat(name.Name.Take(MaxChars).Select(static c => char.IsControl(c) ? '?' : c)) + "'";
    }
}
