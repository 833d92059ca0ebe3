using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Hyperion;

namespace ActorP2P.AkkaRemoting;

/// <summary>Why an object was not made from bytes, or bytes from an object.</summary>
/// <param name="Reason">A token: <c>unlisted-type</c>, <c>malformed</c> or <c>too-large</c>.</param>
/// <param name="Detail">For people.</param>
public sealed record PayloadRefusal(string Reason, string Detail);

/// <summary>
/// Typed payloads for modules. Hyperion can make an instance of any type, so what may arrive is a closed list: an
/// unlisted type is refused in both directions, and counted.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed partial class HyperionPayloads
{
    private readonly HashSet<Type> _allowed;
    private readonly int _maxBytes;
    private readonly NodeCounters _counters;
    private readonly Serializer _serializer;

    /// <summary>Allows these types, and nothing else; members of their graphs must be listed too, primitives and strings excepted.</summary>
    /// <param name="allowed">The list. Empty refuses everything.</param>
    /// <param name="maxBytes">Longest payload that is read.</param>
    /// <param name="counters">Refusals are counted as <c>akka.payload.refused.&lt;reason&gt;</c>.</param>
    public HyperionPayloads(IEnumerable<Type> allowed, int maxBytes, NodeCounters counters)
    {
        _allowed = [.. allowed];
        _maxBytes = maxBytes;
        _counters = counters;
        _serializer = new Serializer(SerializerOptions.Default.WithDisallowUnsafeType(true).WithTypeFilter(new ClosedList(_allowed)));
    }

    /// <summary>The bytes of an object whose type is listed.</summary>
    public bool TrySerialize(object payload, out ReadOnlyMemory<byte> bytes, [NotNullWhen(false)] out PayloadRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(payload);
        bytes = default;
        if (!_allowed.Contains(payload.GetType()))
        {
            refusal = Refuse("unlisted-type", $"{payload.GetType()} is not in the list of allowed types");
            return false;
        }

        using var stream = new MemoryStream();
        _serializer.Serialize(payload, stream);
        bytes = stream.ToArray();
        refusal = bytes.Length > _maxBytes ? Refuse("too-large", $"{bytes.Length} bytes, {_maxBytes} allowed") : null;
        return refusal is null;
    }

    /// <summary>The object in a payload that came from a member.</summary>
    public bool TryDeserialize(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out object? payload, [NotNullWhen(false)] out PayloadRefusal? refusal)
    {
        payload = null;
        if (bytes.Length > _maxBytes)
        {
            refusal = Refuse("too-large", $"{bytes.Length} bytes, {_maxBytes} allowed");
            return false;
        }

        try
        {
            using var stream = new MemoryStream(bytes.ToArray(), writable: false);
            payload = _serializer.Deserialize<object>(stream);
        }
        catch (Exception failure)
        {
            // Hyperion has no closed set of exceptions for bytes that it cannot read; all of them mean the same here.
            var isUnlisted = failure is Hyperion.Internal.EvilDeserializationException;
            refusal = Refuse(isUnlisted ? "unlisted-type" : "malformed", failure.Message);
            return false;
        }

        // The outermost type is checked by us as well: primitives pass Hyperion's filter.
        refusal = payload is not null && _allowed.Contains(payload.GetType()) ? null : Refuse("unlisted-type", $"{payload?.GetType()} is not in the list of allowed types");
        payload = refusal is null ? payload : null;
        return refusal is null;
    }

    private PayloadRefusal Refuse(string reason, string detail)
    {
        _counters.Add("akka.payload.refused." + reason);
        return new PayloadRefusal(reason, detail);
    }

    /// <summary>Hyperion asks by assembly-qualified name, with or without versions: the version does not count.</summary>
    private sealed partial class ClosedList(IEnumerable<Type> allowed) : ITypeFilter
    {
        private readonly HashSet<string> _names = [.. allowed.Select(static type => Unversioned(type.AssemblyQualifiedName!))];

        public bool IsAllowed(string typeName) => _names.Contains(Unversioned(typeName));

        private static string Unversioned(string name) => Version().Replace(name, "");

        [GeneratedRegex(", (Version|Culture|PublicKeyToken)=[^,\\]]*")]
        private static partial Regex Version();
    }
}
