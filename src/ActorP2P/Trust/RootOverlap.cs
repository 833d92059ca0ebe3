using System.Security.Cryptography;

namespace ActorP2P;

/// <summary>
/// Roots that a new CA file no longer names and that stay trusted for a while, so that nodes whose files are replaced one
/// after the other go on trusting each other. Immutable.
/// </summary>
internal sealed class RootOverlap
{
    private const string Label = "CERTIFICATE";

    private readonly IReadOnlyDictionary<string, DateTimeOffset> _ends;

    private RootOverlap(string pem, IReadOnlyList<string> roots, IReadOnlyDictionary<string, DateTimeOffset> ends)
    {
        Pem = pem;
        Roots = roots;
        _ends = ends;
    }

    /// <summary>The roots to trust now: the file's, then those that overlap.</summary>
    public string Pem { get; }

    /// <summary>The same, one PEM text a root in a form that compares.</summary>
    public IReadOnlyList<string> Roots { get; }

    /// <summary>When the next root's overlap ends; null when none overlaps.</summary>
    public DateTimeOffset? NextEnd => _ends.Count == 0 ? null : _ends.Values.Min();

    /// <summary>The overlap of a start: there is nothing before it.</summary>
    public static RootOverlap Begin(string filePem) => new(filePem, [.. Blocks(filePem)], new Dictionary<string, DateTimeOffset>());

    /// <summary>What a file makes of it. A root that is named again overlaps no longer.</summary>
    /// <param name="filePem">The CA file's text.</param>
    /// <param name="overlap">For how long a root that is no longer named stays trusted.</param>
    /// <param name="now">The time.</param>
    public RootOverlap Next(string filePem, TimeSpan overlap, DateTimeOffset now)
    {
        var named = Blocks(filePem).ToList();
        var ends = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var root in Roots.Except(named, StringComparer.Ordinal))
        {
            var end = _ends.TryGetValue(root, out var known) ? known : now + overlap;
            if (end > now)
            {
                ends[root] = end;
            }
        }

        var kept = ends.Keys.Order(StringComparer.Ordinal).ToList();
        return new RootOverlap(string.Join('\n', kept.Prepend(filePem)), [.. named, .. kept], ends);
    }

    // What is no certificate is reported by who judges the file; here it is no root.
    private static IEnumerable<string> Blocks(string pem)
    {
        var blocks = new List<string>();
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            if (rest[fields.Label].SequenceEqual(Label))
            {
                blocks.Add(PemEncoding.WriteString(Label, Convert.FromBase64String(rest[fields.Base64Data].ToString())));
            }

            rest = rest[fields.Location.End..];
        }

        return blocks.Distinct(StringComparer.Ordinal);
    }
}
