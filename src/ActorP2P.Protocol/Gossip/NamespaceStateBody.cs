using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// A node's state in one namespace. It names no other namespace.
/// <code>
/// u8 version = 1
/// u16 count, count x (u16 length, topic)                           strictly ascending
/// u16 count, count x (u16 length, protocol id, u32 min, u32 max)   strictly ascending by id
/// u16 count, count x (u16 length, key, u16 length, value)          strictly ascending by key
/// </code>
/// </summary>
public sealed record NamespaceStateBody : StateBody
{
    private NamespaceStateBody(IReadOnlyList<string> topics, IReadOnlyList<ProtocolRange> protocols, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> status)
    {
        Topics = topics;
        Protocols = protocols;
        Status = status;
    }

    /// <summary>Nothing subscribed, spoken or set.</summary>
    public static NamespaceStateBody Empty { get; } = new([], [], new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal));

    /// <summary>Subscribed topics, ascending.</summary>
    public IReadOnlyList<string> Topics { get; }

    /// <summary>Protocols of its modules with their version ranges, ascending by id.</summary>
    public IReadOnlyList<ProtocolRange> Protocols { get; }

    /// <summary>Status entries set by its modules.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Status { get; }

    /// <summary>Makes a body; order does not matter. False with one line why when a limit is exceeded or a key is repeated.</summary>
    public static bool TryCreate(
        IEnumerable<string> topics,
        IEnumerable<ProtocolRange> protocols,
        IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> status,
        StateLimits limits,
        [NotNullWhen(true)] out NamespaceStateBody? body,
        out string reason)
    {
        body = null;
        var topicList = topics.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var protocolList = protocols.OrderBy(static range => range.Id, StringComparer.Ordinal).ToArray();
        var entries = status.ToArray();
        reason = FirstExcess(topicList, protocolList, entries, limits);
        if (reason.Length > 0)
        {
            return false;
        }

        var sorted = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
        {
            sorted[key] = value;
        }

        var made = new NamespaceStateBody(topicList, protocolList, sorted);
        if (!TryDecode(made.Encode(), limits, out _))
        {
            reason = $"the state is longer than {limits.MaxStateBytes} bytes or names something twice or not at all";
            return false;
        }

        body = made;
        return true;
    }

    /// <summary>Reads the canonical form; false for anything else and for exceeded limits.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, StateLimits limits, [NotNullWhen(true)] out NamespaceStateBody? body)
    {
        body = null;
        var reader = new WireReader(bytes);
        if (bytes.Length > limits.MaxStateBytes
            || !TryReadVersion(ref reader)
            || !TryReadTopics(ref reader, limits, out var topics)
            || !TryReadProtocols(ref reader, out var protocols)
            || !TryReadStatus(ref reader, limits, out var status)
            || reader.RemainingBytes != 0)
        {
            return false;
        }

        body = new NamespaceStateBody(topics, protocols, status);
        return true;
    }

    /// <inheritdoc />
    public override ReadOnlyMemory<byte> Encode()
    {
        var writer = new WireWriter(256);
        writer.WriteByte(Version);
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

        writer.WriteUInt16((ushort)Status.Count);
        foreach (var (key, value) in Status)
        {
            writer.WriteText(key);
            writer.WriteUInt16((ushort)value.Length);
            writer.WriteBytes(value.Span);
        }

        return writer.Detach();
    }

    private static string FirstExcess(
        string[] topics,
        ProtocolRange[] protocols,
        KeyValuePair<string, ReadOnlyMemory<byte>>[] status,
        StateLimits limits)
    {
        var longest = status.Select(static entry => entry.Value.Length).DefaultIfEmpty().Max();
        return topics.Length > limits.MaxTopics ? $"{topics.Length} topics are more than {limits.MaxTopics}"
            : topics.Any(topic => IsBadText(topic, limits.MaxTopicBytes)) ? $"a topic is empty or longer than {limits.MaxTopicBytes} bytes"
            : protocols.Length > StateLimits.MaxProtocols ? $"{protocols.Length} protocols are more than {StateLimits.MaxProtocols}"
            : protocols.Any(static range => IsBadText(range.Id, StateLimits.MaxKeyBytes)) ? $"a protocol id is empty or longer than {StateLimits.MaxKeyBytes} bytes"
            : status.Length > limits.MaxStatusEntries ? $"{status.Length} status entries are more than {limits.MaxStatusEntries}"
            : status.Any(static entry => IsBadText(entry.Key, StateLimits.MaxKeyBytes)) ? $"a status key is empty or longer than {StateLimits.MaxKeyBytes} bytes"
            : longest > Math.Min(limits.MaxStatusValueBytes, ushort.MaxValue) ? $"a status value of {longest} bytes is longer than {Math.Min(limits.MaxStatusValueBytes, ushort.MaxValue)}"
            : string.Empty;
    }

    private static bool IsBadText(string text, int maxBytes) =>
        text.Length == 0 || System.Text.Encoding.UTF8.GetByteCount(text) > maxBytes;

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

    private static bool TryReadStatus(ref WireReader reader, StateLimits limits, out SortedDictionary<string, ReadOnlyMemory<byte>> status)
    {
        status = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        if (!reader.TryReadUInt16(out var count) || count > limits.MaxStatusEntries)
        {
            return false;
        }

        string? before = null;
        for (var i = 0; i < count; i++)
        {
            if (!TryReadKey(ref reader, StateLimits.MaxKeyBytes, before, out var key)
                || !reader.TryReadUInt16(out var length)
                || length > limits.MaxStatusValueBytes
                || !reader.TryReadBytes(length, out var value))
            {
                return false;
            }

            status[key] = value;
            before = key;
        }

        return true;
    }

    private static bool TryReadKey(ref WireReader reader, int maxBytes, string? before, [NotNullWhen(true)] out string? key) =>
        reader.TryReadText(maxBytes, out key) && key.Length > 0 && IsAscending(before, key);
}
