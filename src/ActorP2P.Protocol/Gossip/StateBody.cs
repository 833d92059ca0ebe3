using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Gossip;

/// <summary>What a node says about itself: <see cref="LinkStateBody"/> or <see cref="NamespaceStateBody"/>.</summary>
public abstract record StateBody
{
    /// <summary>First byte of every encoded body; a body of another version is refused.</summary>
    protected const byte Version = 1;

    private protected StateBody()
    {
    }

    /// <summary>The canonical bytes: lists are strictly ascending, so equal content has equal bytes.</summary>
    public abstract ReadOnlyMemory<byte> Encode();

    private protected static bool TryReadVersion(ref WireReader reader) => reader.TryReadByte(out var version) && version == Version;

    private protected static bool IsAscending(string? before, string next) => before is null || string.CompareOrdinal(before, next) < 0;
}

/// <summary>Limits on the parts of a state body, ours and everybody else's.</summary>
/// <param name="MaxStateBytes">Length of an encoded body.</param>
/// <param name="MaxNeighbours">Neighbours in a link state.</param>
/// <param name="MaxTopics">Topics in a namespace state.</param>
/// <param name="MaxTopicBytes">UTF-8 length of a topic.</param>
/// <param name="MaxStatusEntries">Status entries in a namespace state.</param>
/// <param name="MaxStatusValueBytes">Length of a status value, at most 65,535.</param>
public sealed record StateLimits(
    int MaxStateBytes,
    int MaxNeighbours,
    int MaxTopics,
    int MaxTopicBytes,
    int MaxStatusEntries,
    int MaxStatusValueBytes)
{
    /// <summary>Addresses in a link state; a node has a few interfaces.</summary>
    public const int MaxAddresses = 16;

    /// <summary>UTF-8 length of a host:port; a DNS name has at most 253 (RFC 1035).</summary>
    public const int MaxAddressBytes = 262;

    /// <summary>Protocols in a namespace state.</summary>
    public const int MaxProtocols = 256;

    /// <summary>UTF-8 length of a protocol id or status key.</summary>
    public const int MaxKeyBytes = 128;

    /// <summary>The limits that the settings give.</summary>
    public static StateLimits From(StateSyncSettings stateSync, DisseminationSettings dissemination) => new(
        stateSync.MaxStateBytes,
        stateSync.MaxOrigins,
        dissemination.MaxTopics,
        dissemination.MaxTopicBytes,
        stateSync.MaxStatusEntries,
        stateSync.MaxStatusValueBytes);
}
