using System.Diagnostics.CodeAnalysis;
using System.Text;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Gossip;

/// <summary>What a node says about itself: <see cref="LinkStateBody"/>, <see cref="InterestsBody"/> or <see cref="StatusBody"/>.</summary>
public abstract record StateBody
{
    private protected StateBody()
    {
    }

    /// <summary>Which part of the owner's state it is; the first byte of its encoding.</summary>
    public abstract StateSection Section { get; }

    /// <summary>The canonical bytes: lists are strictly ascending, so equal content has equal bytes.</summary>
    public abstract ReadOnlyMemory<byte> Encode();

    private protected static bool TryReadSection(ref WireReader reader, StateSection expected) =>
        reader.TryReadByte(out var section) && (StateSection)section == expected;

    private protected static bool IsAscending(string? before, string next) => before is null || string.CompareOrdinal(before, next) < 0;

    private protected static bool IsBadText(string text, int maxBytes) =>
        text.Length == 0 || Encoding.UTF8.GetByteCount(text) > maxBytes;

    private protected static bool TryReadKey(ref WireReader reader, int maxBytes, string? before, [NotNullWhen(true)] out string? key) =>
        reader.TryReadText(maxBytes, out key) && key.Length > 0 && IsAscending(before, key);
}

/// <summary>Limits on the parts of a state body, ours and everybody else's.</summary>
/// <param name="MaxLinkStateBytes">Length of an encoded link state.</param>
/// <param name="MaxInterestsBytes">Length of encoded interests.</param>
/// <param name="MaxStatusBytes">Length of an encoded status.</param>
/// <param name="MaxNeighbours">Neighbours in a link state.</param>
/// <param name="MaxTopics">Topics of a node in a namespace.</param>
/// <param name="MaxTopicBytes">UTF-8 length of a topic.</param>
/// <param name="MaxStatusEntries">Status entries of a node in a namespace.</param>
/// <param name="MaxStatusValueBytes">Length of a status value, at most 65,535.</param>
public sealed record StateLimits(
    int MaxLinkStateBytes,
    int MaxInterestsBytes,
    int MaxStatusBytes,
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

    /// <summary>Protocols of a node in a namespace.</summary>
    public const int MaxProtocols = 256;

    /// <summary>UTF-8 length of a protocol id or status key.</summary>
    public const int MaxKeyBytes = 128;

    /// <summary>Longest encoded body of a section.</summary>
    public int MaxBytesOf(StateSection section) => section switch
    {
        StateSection.LinkState => MaxLinkStateBytes,
        StateSection.Interests => MaxInterestsBytes,
        StateSection.Status => MaxStatusBytes,
        _ => 0,
    };

    /// <summary>The limits that the settings give.</summary>
    public static StateLimits From(StateSyncSettings stateSync, DisseminationSettings dissemination) => new(
        stateSync.MaxLinkStateBytes,
        stateSync.MaxInterestsBytes,
        stateSync.MaxStatusBytes,
        stateSync.MaxOrigins,
        dissemination.MaxTopics,
        dissemination.MaxTopicBytes,
        stateSync.MaxStatusEntries,
        stateSync.MaxStatusValueBytes);
}
