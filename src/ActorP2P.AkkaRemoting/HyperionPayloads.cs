using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Hyperion;

namespace ActorP2P.AkkaRemoting;

/// <summary>Why an object was not made from bytes, or bytes from an object.</summary>
/// <param name="Reason">A token: <c>unlisted-type</c>, <c>malformed</c>, <c>too-large</c> or <c>too-deep</c>.</param>
/// <param name="Detail">For people.</param>
public sealed record PayloadRefusal(string Reason, string Detail);

/// <summary>
/// Typed payloads for modules. Hyperion can make an instance of any type, so what may arrive is a closed list: an
/// unlisted type is refused in both directions, and counted. What comes is checked from end to end before Hyperion reads it.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed partial class HyperionPayloads
{
    private readonly HashSet<Type> _allowed;
    private readonly Dictionary<string, PayloadForm> _forms;
    private readonly int _maxBytes;
    private readonly NodeCounters _counters;
    private readonly Serializer _serializer;

    /// <summary>Allows these types, and nothing else; members of their graphs must be listed too, primitives, strings and arrays of these excepted.</summary>
    /// <param name="allowed">The list. Empty refuses everything.</param>
    /// <param name="maxBytes">Longest payload that is written or read.</param>
    /// <param name="counters">Refusals are counted as <c>akka.payload.refused.&lt;reason&gt;</c>.</param>
    /// <exception cref="ArgumentException">
    /// A listed type is an interface, delegate, exception or reflection type, an array of several dimensions, or a collection without an <c>Add</c>:
    /// the bytes of such a type cannot be checked.
    /// </exception>
    public HyperionPayloads(IEnumerable<Type> allowed, int maxBytes, NodeCounters counters)
    {
        _allowed = [.. allowed];
        if (_allowed.Any(static type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>)))
        {
            _allowed.Add(typeof(DictionaryEntry));
        }

        _maxBytes = maxBytes;
        _counters = counters;
        _serializer = new Serializer(SerializerOptions.Default.WithDisallowUnsafeType(true).WithTypeFilter(new ClosedList(_allowed)));
        _forms = _allowed.Where(static type => !PayloadForm.HasNoName(type)).Select(static type => (Type: type, Form: FormOf(type))).ToDictionary(known => NameOf(known.Type), static known => known.Form);
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

        using var stream = new PayloadStream(_maxBytes);
        try
        {
            _serializer.Serialize(payload, stream);
        }
        catch (PayloadTooLargeException)
        {
            refusal = Refuse("too-large", $"more than {_maxBytes} bytes");
            return false;
        }
        catch (InsufficientExecutionStackException)
        {
            refusal = Refuse("too-deep", "objects lie too deep in each other, or in a circle");
            return false;
        }

        var written = stream.ToArray();
        refusal = Check(written);
        bytes = refusal is null ? written : default(ReadOnlyMemory<byte>);
        return refusal is null;
    }

    /// <summary>The object in a payload that came from a member.</summary>
    public bool TryDeserialize(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out object? payload, [NotNullWhen(false)] out PayloadRefusal? refusal)
    {
        payload = null;
        refusal = bytes.Length > _maxBytes ? Refuse("too-large", $"{bytes.Length} bytes, {_maxBytes} allowed") : Check(bytes.Span);
        if (refusal is not null)
        {
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

    private PayloadRefusal? Check(ReadOnlySpan<byte> payload) =>
        PayloadScan.Check(payload, _forms) is { } found ? Refuse(found.Reason, found.Detail) : null;

    private PayloadRefusal Refuse(string reason, string detail)
    {
        _counters.Add("akka.payload.refused." + reason);
        return new PayloadRefusal(reason, detail);
    }

    private static PayloadForm FormOf(Type type) =>
        PayloadForm.Of(type) ?? throw new ArgumentException($"{type} cannot be listed: bytes of such a type cannot be checked before they are read.");

    // As Hyperion writes it: a byte, four bytes of length, the name.
    private string NameOf(Type type)
    {
        using var stream = new MemoryStream();
        _serializer.GetSerializerByType(type).WriteManifest(stream, _serializer.GetSerializerSession());
        return Encoding.UTF8.GetString(stream.ToArray().AsSpan(1 + sizeof(int)));
    }

    private sealed class PayloadTooLargeException : Exception;

    /// <summary>Ends a graph that is too large or, being a circle, has no end, before memory or stack do.</summary>
    private sealed class PayloadStream(int maxBytes) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            Reserve(count);
            base.Write(buffer, offset, count);
        }

        public override void WriteByte(byte value)
        {
            Reserve(1);
            base.WriteByte(value);
        }

        private void Reserve(int count)
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            if (Position + count > maxBytes)
            {
                throw new PayloadTooLargeException();
            }
        }
    }

    /// <summary>Hyperion asks by assembly-qualified name, with or without versions, and abbreviates the core library: that does not count.</summary>
    private sealed partial class ClosedList(IEnumerable<Type> allowed) : ITypeFilter
    {
        private readonly HashSet<string> _names = [.. allowed.Select(static type => Unversioned(type.AssemblyQualifiedName!))];

        public bool IsAllowed(string typeName) => _names.Contains(Unversioned(typeName));

        private static string Unversioned(string name) => Version().Replace(name, "");

        [GeneratedRegex(",%core%|, (Version|Culture|PublicKeyToken)=[^,\\]]*")]
        private static partial Regex Version();
    }
}
