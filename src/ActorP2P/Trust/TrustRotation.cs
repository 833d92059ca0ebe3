using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Succession;

namespace ActorP2P;

/// <summary>What became of files that were offered.</summary>
internal abstract record RotationOutcome
{
    private RotationOutcome()
    {
    }

    /// <summary>They say what is in force already.</summary>
    public sealed record Unchanged : RotationOutcome;

    /// <summary>They do not fit together: all stays as it was.</summary>
    public sealed record Refused(IReadOnlyList<SettingsError> Errors) : RotationOutcome;

    /// <summary>They are in force as a whole.</summary>
    /// <param name="State">What is in force now.</param>
    /// <param name="Parts">What is new: certificate, key, roots, revocation-lists, allow-list, deny-list, members, tls.</param>
    public sealed record Changed(TrustState State, IReadOnlyList<string> Parts) : RotationOutcome
    {
        /// <summary>With a new key, the state of the former one; null otherwise. The new state is to be put in force by a succession.</summary>
        public TrustState? Former { get; init; }
    }
}

/// <summary>
/// Decides what a reload does, all or nothing: the files' contents come in, a new state or the reasons against it go out.
/// Pure but for its own memory. Files with another key make the node another one: its former ID is succeeded for
/// <c>succession.overlap</c>, no more than <see cref="SuccessionTable.MaxChain"/> times within it, and never by a key that this
/// process gave up before.
/// </summary>
internal sealed class TrustRotation
{
    private RootOverlap _roots;
    private RootOverlap _tlsRoots;
    private readonly Dictionary<NodeId, DateTimeOffset> _givenUp = [];
    private Dictionary<string, string> _parts;

    private TrustRotation(TrustState state, RootOverlap roots, RootOverlap tlsRoots, Dictionary<string, string> parts)
    {
        State = state;
        _roots = roots;
        _tlsRoots = tlsRoots;
        _parts = parts;
    }

    /// <summary>What is in force.</summary>
    public TrustState State { get; private set; }

    /// <summary>Begins with the files of a start.</summary>
    public static bool TryStart(TrustFiles files, DateTimeOffset now, [NotNullWhen(true)] out TrustRotation? rotation, out IReadOnlyList<SettingsError> errors)
    {
        var (roots, tlsRoots) = (RootOverlap.Begin(files.Roots), RootOverlap.Begin(files.TlsRoots));
        var state = TrustJudge.Judge(files, roots.Pem, tlsRoots.Pem, null, now, out errors);
        rotation = state is null ? null : new TrustRotation(state, roots, tlsRoots, PartsOf(files, roots, tlsRoots));
        return rotation is not null;
    }

    /// <summary>Begins with a state that came from no files; the first offer brings all of them.</summary>
    public static TrustRotation Of(TrustState state)
    {
        var roots = RootOverlap.Begin(state.Validator.RootsPem);
        return new TrustRotation(state, roots, roots, []);
    }

    /// <summary>Judges what files hold now, and puts it in force when all of it is good.</summary>
    public RotationOutcome Offer(TrustFiles files, DateTimeOffset now)
    {
        var overlap = files.Settings.Rotation.RootOverlap;
        var roots = _roots.Next(files.Roots, overlap, now);
        var tlsRoots = _tlsRoots.Next(files.TlsRoots, overlap, now);
        var parts = PartsOf(files, roots, tlsRoots);
        if (files.Errors.Count == 0 && parts.Count == _parts.Count && !parts.Except(_parts).Any())
        {
            // The same roots, and yet one of them may overlap now that was named before, or the other way round.
            (_roots, _tlsRoots) = (roots, tlsRoots);
            return new RotationOutcome.Unchanged();
        }

        var state = TrustJudge.Judge(files, roots.Pem, tlsRoots.Pem, State, now, out var errors);
        if (state is null)
        {
            return new RotationOutcome.Refused(errors);
        }

        var former = state.Identity.Id == State.Identity.Id ? null : State;
        if (former is not null && WhyRefused(state.Identity.Id, files.Settings.Succession.Overlap, now) is { } reason)
        {
            state.Dispose();
            return new RotationOutcome.Refused([new SettingsError("actorp2p.identity.key-file", reason)]);
        }

        if (former is not null)
        {
            _givenUp[former.Identity.Id] = now;
        }

        var changed = parts.Where(part => _parts.GetValueOrDefault(part.Key) != part.Value).Select(static part => part.Key).Order(StringComparer.Ordinal).ToList();
        (State, _roots, _tlsRoots, _parts) = (state, roots, tlsRoots, parts);
        return new RotationOutcome.Changed(state, changed) { Former = former };
    }

    /// <summary>When the same files mean something else, because an overlap ends or a list turns stale; null when never.</summary>
    public DateTimeOffset? NextCheck(DateTimeOffset now)
    {
        var times = new[] { _roots.NextEnd, _tlsRoots.NextEnd, State.Validator.Revocation.StaleFrom }.OfType<DateTimeOffset>().Where(time => time > now).ToList();
        return times.Count == 0 ? null : times.Min();
    }

    private string? WhyRefused(NodeId next, TimeSpan overlap, DateTimeOffset now)
    {
        if (_givenUp.ContainsKey(next))
        {
            return $"the key is of node {next.ShortId}, which this process gave up: a key is not taken back";
        }

        return _givenUp.Values.Count(time => time > now - overlap) >= SuccessionTable.MaxChain
            ? $"the key changed {SuccessionTable.MaxChain} times within succession.overlap: others would not follow"
            : null;
    }

    private static Dictionary<string, string> PartsOf(TrustFiles files, RootOverlap roots, RootOverlap tlsRoots)
    {
        var identity = files.Settings.Identity;
        var members = files.Settings.Namespaces
            .Where(static ns => ns.Members is not null || ns.MembersFile.Length > 0)
            .SelectMany(ns => (ns.Members ?? []).Concat(files.MemberIds.GetValueOrDefault(ns.Name) ?? []).Order(StringComparer.Ordinal).Prepend("namespace " + ns.Name));
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["key"] = Hash([files.Key]),
            ["certificate"] = Hash([files.Certificate]),
            ["roots"] = Hash(roots.Roots),
            ["revocation-lists"] = Hash([.. files.RevocationLists, files.Settings.Crl.Stale.ToString()]),
            ["allow-list"] = Hash(identity.AllowNodeIds.Concat(files.AllowIds).Order(StringComparer.Ordinal)),
            ["deny-list"] = Hash(identity.DenyNodeIds.Concat(files.DenyIds).Order(StringComparer.Ordinal)),
            ["members"] = Hash(members),
            ["tls"] = files.Settings.Tls.Enabled ? Hash([files.TlsKey, files.TlsCertificate, .. tlsRoots.Roots]) : "",
        };
    }

    private static string Hash(IEnumerable<string> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in texts)
        {
            hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
