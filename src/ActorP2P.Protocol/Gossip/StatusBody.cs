using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// The status entries of a node in one namespace: what its modules tell everybody, as a block height.
/// <code>
/// u8 section = 3
/// u16 count, count x (u16 length, key, u16 length, value)   strictly ascending by key
/// </code>
/// </summary>
public sealed record StatusBody : StateBody
{
    private StatusBody(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> entries)
    {
        Entries = entries;
    }

    /// <summary>Nothing set.</summary>
    public static StatusBody Empty { get; } = new(new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal));

    /// <inheritdoc />
    public override StateSection Section => StateSection.Status;

    /// <summary>Values by key.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Entries { get; }

    /// <summary>Makes a body; order does not matter. False with one line why when a limit is exceeded or a key is repeated.</summary>
    public static bool TryCreate(
        IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> status,
        StateLimits limits,
        [NotNullWhen(true)] out StatusBody? body,
        out string reason)
    {
        body = null;
        var entries = status.ToArray();
        var sorted = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        reason = FirstExcess(entries, limits);
        foreach (var (key, value) in entries)
        {
            if (reason.Length == 0 && !sorted.TryAdd(key, value))
            {
                reason = $"the status key {key} is set twice";
            }
        }

        if (reason.Length > 0)
        {
            return false;
        }

        var made = new StatusBody(sorted);
        if (!TryDecode(made.Encode(), limits, out _))
        {
            reason = $"the status entries together are longer than {limits.MaxStatusBytes} bytes or a key is no text";
            return false;
        }

        body = made;
        return true;
    }

    /// <summary>Reads the canonical form; false for anything else and for exceeded limits.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, StateLimits limits, [NotNullWhen(true)] out StatusBody? body)
    {
        body = null;
        var reader = new WireReader(bytes);
        if (bytes.Length > limits.MaxStatusBytes
            || !TryReadSection(ref reader, StateSection.Status)
            || !TryReadEntries(ref reader, limits, out var entries)
            || reader.RemainingBytes != 0)
        {
            return false;
        }

        body = new StatusBody(entries);
        return true;
    }

    /// <inheritdoc />
    public override ReadOnlyMemory<byte> Encode()
    {
        var writer = new WireWriter(256);
        writer.WriteByte((byte)StateSection.Status);
        writer.WriteUInt16((ushort)Entries.Count);
        foreach (var (key, value) in Entries)
        {
            writer.WriteText(key);
            writer.WriteUInt16((ushort)value.Length);
            writer.WriteBytes(value.Span);
        }

        return writer.Detach();
    }

    private static string FirstExcess(KeyValuePair<string, ReadOnlyMemory<byte>>[] status, StateLimits limits)
    {
        var longest = status.Select(static entry => entry.Value.Length).DefaultIfEmpty().Max();
        return status.Length > limits.MaxStatusEntries ? $"{status.Length} status entries are more than {limits.MaxStatusEntries}"
            : status.Any(static entry => IsBadText(entry.Key, StateLimits.MaxKeyBytes)) ? $"a status key is empty or longer than {StateLimits.MaxKeyBytes} bytes"
            : longest > Math.Min(limits.MaxStatusValueBytes, ushort.MaxValue) ? $"a status value of {longest} bytes is longer than {Math.Min(limits.MaxStatusValueBytes, ushort.MaxValue)}"
            : string.Empty;
    }

    private static bool TryReadEntries(ref WireReader reader, StateLimits limits, out SortedDictionary<string, ReadOnlyMemory<byte>> entries)
    {
        entries = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
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

            entries[key] = value;
            before = key;
        }

        return true;
    }
}
