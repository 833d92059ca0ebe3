using System.Collections.Immutable;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>What this node says of itself in one namespace, before it is signed.</summary>
/// <param name="Topics">Subscribed topics.</param>
/// <param name="Protocols">Protocols of the configuration and of registered modules.</param>
/// <param name="Status">Status entries.</param>
internal sealed record OwnState(
    ImmutableSortedSet<string> Topics,
    ImmutableList<ProtocolRange> Protocols,
    ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Status)
{
    /// <summary>The state of a namespace's first start.</summary>
    public static OwnState From(NamespaceSettings settings) => new(
        settings.Topics.ToImmutableSortedSet(StringComparer.Ordinal),
        [.. settings.Protocols],
        ImmutableSortedDictionary<string, ReadOnlyMemory<byte>>.Empty.WithComparers(StringComparer.Ordinal));
}
