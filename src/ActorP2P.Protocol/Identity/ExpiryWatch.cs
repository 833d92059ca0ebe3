using System.Diagnostics.CodeAnalysis;

namespace ActorP2P.Protocol.Identity;

/// <summary>A certificate that has come closer to its end than one more warning asks for.</summary>
/// <param name="Node">Whose it is.</param>
/// <param name="Days">Whole days that are left, rounded up; 0 when it has ended.</param>
public readonly record struct ExpiryWarning(NodeId Node, int Days);

/// <summary>
/// Notices certificates that end soon: each warning is given once a certificate, and a renewed certificate is a new one.
/// </summary>
public sealed class ExpiryWatch
{
    private readonly IReadOnlyList<int> _warningDays;
    private readonly Dictionary<NodeId, (DateTimeOffset NotAfter, int DaysWarned)> _warned = [];

    /// <summary>Begins without having warned of anything.</summary>
    /// <param name="warningDays">Days before the end at which to warn.</param>
    public ExpiryWatch(IReadOnlyList<int> warningDays) => _warningDays = [.. warningDays.Order()];

    /// <summary>All certificates that are within a warning, by the days last warned of.</summary>
    public IReadOnlyDictionary<NodeId, int> Expiring(DateTimeOffset now) =>
        _warned.ToDictionary(static pair => pair.Key, pair => DaysLeft(pair.Value.NotAfter, now));

    /// <summary>Looks at all certificates that there are; one that is not among them is forgotten.</summary>
    /// <param name="ends">The ends of the certificates, by node.</param>
    /// <param name="now">The time.</param>
    /// <returns>Warnings that are due now, the most urgent first.</returns>
    public IReadOnlyList<ExpiryWarning> Look(IEnumerable<KeyValuePair<NodeId, DateTimeOffset>> ends, DateTimeOffset now)
    {
        var due = new List<ExpiryWarning>();
        var present = new HashSet<NodeId>();
        foreach (var (node, notAfter) in ends)
        {
            if (!TryFindWarning(notAfter, now, out var warning))
            {
                continue;
            }

            present.Add(node);
            if (!_warned.TryGetValue(node, out var before) || before.NotAfter != notAfter || before.DaysWarned > warning)
            {
                _warned[node] = (notAfter, warning.Value);
                due.Add(new ExpiryWarning(node, DaysLeft(notAfter, now)));
            }
        }

        foreach (var node in _warned.Keys.Where(node => !present.Contains(node)).ToArray())
        {
            _warned.Remove(node);
        }

        return [.. due.OrderBy(static warning => warning.Days).ThenBy(static warning => warning.Node)];
    }

    /// <summary>Whole days until an end, rounded up; 0 from the end on.</summary>
    public static int DaysLeft(DateTimeOffset notAfter, DateTimeOffset now) =>
        notAfter <= now ? 0 : (int)Math.Ceiling((notAfter - now).TotalDays);

    // All members are looked at, and nearly all of them are far from their end.
    private bool TryFindWarning(DateTimeOffset notAfter, DateTimeOffset now, [NotNullWhen(true)] out int? days)
    {
        days = null;
        var left = notAfter - now;
        for (var i = _warningDays.Count - 1; i >= 0 && left <= TimeSpan.FromDays(_warningDays[i]); i--)
        {
            days = _warningDays[i];
        }

        return days is not null;
    }
}
