using System.Diagnostics.CodeAnalysis;
using System.Text;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// What a node wants to hear and can speak in one namespace. It names no other namespace.
/// <code>
/// u8 section = 2
/// u16 count, count x (u16 length, topic)                           strictly ascending
/// u16 count, count x (u16 length, protocol id, u32 min, u32 max)   strictly ascending by id
/// </code>
/// </summary>
public sealed record InterestsBody : StateBody
{
    private InterestsBody(IReadOnlyList<string> topics, IReadOnlyList<ProtocolRange> protocols)
    {
        Topics = topics;
        Protocols = protocols;
    }

    /// <summary>Nothing subscribed or spoken.</summary>
    public static InterestsBody Empty { get; } = new([], []);

    /// <inheritdoc />
    public override StateSection Section => StateSection.Interests;

    /// <summary>Subscribed topics, ascending.</summary>
    public IReadOnlyList<string> Topics { get; }

    /// <summary>Protocols of its modules with their version ranges, ascending by id.</summary>
    public IReadOnlyList<ProtocolRange> Protocols { get; }

    /// <summary>Makes a body; order does not matter. False with one line why when a limit is exceeded or something is repeated.</summary>
    public static bool TryCreate(
        IEnumerable<string> topics,
        IEnumerable<ProtocolRange> protocols,
        StateLimits limits,
        [NotNullWhen(true)] out InterestsBody? body,
        out string reason)
    {
        body = null;
        var topicList = topics.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var protocolList = protocols.OrderBy(static range => range.Id, StringComparer.Ordinal).ToArray();
        reason = FirstExcess(topicList, protocolList, limits);
        if (reason.Length > 0)
        {
            return false;
        }

        var made = new InterestsBody(topicList, protocolList);
        if (!TryDecode(made.Encode(), limits, out _))
        {
            reason = $"topics and protocols are longer than {limits.MaxInterestsBytes} bytes or name a protocol twice";
            return false;
        }

        body = made;
        return true;
    }

    /// <summary>Length of the encoded body.</summary>
    public static int LengthBytes(IReadOnlyCollection<string> topics, IReadOnlyCollection<ProtocolRange> protocols) =>
        1 + (2 * sizeof(ushort))
        + topics.Sum(static topic => sizeof(ushort) + Encoding.UTF8.GetByteCount(topic))
        + protocols.Sum(static range => sizeof(ushort) + Encoding.UTF8.GetByteCount(range.Id) + (2 * sizeof(uint)));

    /// <summary>Reads the canonical form; false for anything else and for exceeded limits.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, StateLimits limits, [NotNullWhen(true)] out InterestsBody? body)
    {
        body = null;
        var reader = new WireReader(bytes);
        if (bytes.Length > limits.MaxInterestsBytes
            || !TryReadSection(ref reader, StateSection.Interests)
            || !TryReadTopics(ref reader, limits, out var topics)
            || !TryReadProtocols(ref reader, out var protocols)
            || reader.RemainingBytes != 0)
        {
            return false;
        }

        body = new InterestsBody(topics, protocols);
        return true;
    }

    /// <inheritdoc />
    public override ReadOnlyMemory<byte> Encode()
    {
        var writer = new WireWriter(256);
        writer.WriteByte((byte)StateSection.Interests);
        writer.WriteUInt16((ushort)Topics.Count);
        foreach (var topic in Topics)
        {
            writer.WriteText(topic);
        }

        writer.WriteUInt16((ushort)Protocols.Count);
        foreach (var range in Protocols)
        {
            writer.WriteText(range.Id);
            writer.WriteUInt32((uint)range.MinVersion);
            writer.WriteUInt32((uint)range.MaxVersion);
        }

        return writer.Detach();
    }

    private static string FirstExcess(string[] topics, ProtocolRange[] protocols, StateLimits limits) =>
        topics.Length > limits.MaxTopics ? $"{topics.Length} topics are more than {limits.MaxTopics}"
        : topics.Any(topic => IsBadText(topic, limits.MaxTopicBytes)) ? $"a topic is empty or longer than {limits.MaxTopicBytes} bytes"
        : protocols.Length > StateLimits.MaxProtocols ? $"{protocols.Length} protocols are more than {StateLimits.MaxProtocols}"
        : protocols.Any(static range => IsBadText(range.Id, StateLimits.MaxKeyBytes)) ? $"a protocol id is empty or longer than {StateLimits.MaxKeyBytes} bytes"
        : string.Empty;

    private static bool TryReadTopics(ref WireReader reader, StateLimits limits, out List<string> topics)
    {
        topics = [];
        if (!reader.TryReadUInt16(out var count) || count > limits.MaxTopics)
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            if (!TryReadKey(ref reader, limits.MaxTopicBytes, topics.LastOrDefault(), out var topic))
            {
                return false;
            }

            topics.Add(topic);
        }

        return true;
    }

    private static bool TryReadProtocols(ref WireReader reader, out List<ProtocolRange> protocols)
    {
        protocols = [];
        if (!reader.TryReadUInt16(out var count) || count > StateLimits.MaxProtocols)
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            if (!TryReadKey(ref reader, StateLimits.MaxKeyBytes, protocols.LastOrDefault()?.Id, out var id)
                || !reader.TryReadUInt32(out var min)
                || !reader.TryReadUInt32(out var max)
                || min > max
                || max > int.MaxValue)
            {
                return false;
            }

            protocols.Add(new ProtocolRange(id, (int)min, (int)max));
        }

        return true;
    }
}
