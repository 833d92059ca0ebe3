using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Gossip;

/// <summary>Whether a key belongs to the network.</summary>
public enum MembershipVerdict
{
    /// <summary>Its certificate has not been seen yet: hold what it signed, within limits.</summary>
    Unknown = 0,

    /// <summary>Its certificate chain is valid now.</summary>
    Member,

    /// <summary>Its certificate is revoked, denied or otherwise invalid: drop what it signed.</summary>
    Refused,

    /// <summary>
    /// Its certificate has ended, and a renewed one may be on its way: what it said before is in force no more, what it signs
    /// is held as that of an unknown node.
    /// </summary>
    Expired,
}

/// <summary>A signature proves the key; this proves that the key is a member's.</summary>
public interface IMembership
{
    /// <summary>The cached verdict; it costs no cryptography.</summary>
    MembershipVerdict Check(NodeId node);
}

/// <summary>A node whose chain was judged.</summary>
/// <param name="Verdict">Member, Expired or Refused.</param>
/// <param name="NotAfter">Until when a member's chain proves it: its end, or that of a revocation list that must not be stale.</param>
/// <param name="Refusal">A token why, for a refused node; empty otherwise.</param>
/// <param name="CertificateNotAfter">End of a member's chain.</param>
public sealed record MemberStanding(MembershipVerdict Verdict, DateTimeOffset NotAfter, string Refusal, DateTimeOffset CertificateNotAfter);

/// <summary>An immutable picture of all verdicts, safe to hand to other actors.</summary>
public sealed class MembershipSnapshot : IMembership
{
    private readonly ImmutableDictionary<NodeId, MemberStanding> _standings;
    private readonly IReadOnlySet<NodeId>? _only;

    internal MembershipSnapshot(ImmutableDictionary<NodeId, MemberStanding> standings, IReadOnlySet<NodeId>? only = null)
    {
        _standings = standings;
        _only = only;
    }

    /// <summary>Nobody is known.</summary>
    public static MembershipSnapshot Empty { get; } = new(ImmutableDictionary<NodeId, MemberStanding>.Empty);

    /// <summary>All valid members, in no order.</summary>
    public IEnumerable<NodeId> Members =>
        _standings.Where(pair => pair.Value.Verdict == MembershipVerdict.Member && IsListed(pair.Key)).Select(static pair => pair.Key);

    /// <summary>The same verdicts with everybody else refused: what holds in a namespace that names its members.</summary>
    /// <param name="only">The members; null refuses nobody.</param>
    public MembershipSnapshot RestrictedTo(IReadOnlySet<NodeId>? only) => new(_standings, only);

    /// <summary>True when there is a verdict that lets what the node signed be applied or dropped.</summary>
    internal static bool IsFinal(MembershipVerdict verdict) => verdict is MembershipVerdict.Member or MembershipVerdict.Refused;

    /// <inheritdoc />
    public MembershipVerdict Check(NodeId node) =>
        !IsListed(node) ? MembershipVerdict.Refused
        : _standings.TryGetValue(node, out var standing) ? standing.Verdict
        : MembershipVerdict.Unknown;

    /// <summary>Members with the ends of their chains, in no order.</summary>
    public IEnumerable<KeyValuePair<NodeId, DateTimeOffset>> CertificateEnds
    {
        get
        {
            foreach (var (node, standing) in _standings)
            {
                if (standing.Verdict == MembershipVerdict.Member && IsListed(node))
                {
                    yield return KeyValuePair.Create(node, standing.CertificateNotAfter);
                }
            }
        }
    }

    /// <summary>What is known of a node.</summary>
    public bool TryGet(NodeId node, [NotNullWhen(true)] out MemberStanding? standing) => _standings.TryGetValue(node, out standing);

    private bool IsListed(NodeId node) => _only is null || _only.Contains(node);
}
