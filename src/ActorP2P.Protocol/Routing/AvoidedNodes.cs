using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Routing;

/// <summary>
/// Relays that a packet shall not pass, because packets that passed them were not acknowledged. Named by reference, in
/// ascending order; two nodes that share a reference are avoided together.
/// </summary>
public readonly struct AvoidedNodes : IEquatable<AvoidedNodes>
{
    /// <summary>Most nodes that one packet avoids; our guess: the relays of one longest way and some to spare.</summary>
    public const int MaxCount = 16;

    private readonly ulong[]? _references;

    private AvoidedNodes(ulong[] references) => _references = references;

    /// <summary>Nobody.</summary>
    public static AvoidedNodes None => default;

    /// <summary>The references in ascending order.</summary>
    public ReadOnlySpan<ulong> References => _references;

    /// <summary>Takes references in any order, and not more than <see cref="MaxCount"/> of them.</summary>
    public static AvoidedNodes Of(IEnumerable<ulong> references)
    {
        var sorted = references.Distinct().Order().Take(MaxCount).ToArray();
        return sorted.Length == 0 ? None : new AvoidedNodes(sorted);
    }

    /// <summary>True when the node is one of them.</summary>
    public bool Contains(NodeId node) => _references is not null && Array.BinarySearch(_references, node.Reference) >= 0;

    /// <inheritdoc />
    public bool Equals(AvoidedNodes other) => References.SequenceEqual(other.References);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is AvoidedNodes other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var reference in References)
        {
            hash.Add(reference);
        }

        return hash.ToHashCode();
    }

    /// <summary>Same references.</summary>
    public static bool operator ==(AvoidedNodes left, AvoidedNodes right) => left.Equals(right);

    /// <summary>Other references.</summary>
    public static bool operator !=(AvoidedNodes left, AvoidedNodes right) => !left.Equals(right);
}
