using System.Buffers.Binary;
using System.Text;

namespace ActorP2P.AkkaRemoting;

/// <summary>
/// Reads a payload of Hyperion's from end to end without making anything of it. Hyperion itself makes room for whatever length it reads, and
/// goes as deep as the bytes do; what passes here claims no more than it brings, is no deeper than <see cref="MaxDepth"/>, and names listed types only.
/// </summary>
/// <remarks>
/// Formats that Hyperion does not write with the options in use (references, versions, types as values) are malformed.
/// </remarks>
internal ref struct PayloadScan
{
    /// <summary>How deep objects may lie in each other. Reading one costs Hyperion a few hundred bytes of stack.</summary>
    public const int MaxDepth = 64;

    private const byte Null = 0;
    private const byte SystemObject = 1;
    private const byte ByteArray = 9;
    private const byte PlainArray = 252;
    private const byte KnownType = 254;
    private const byte NamedType = 255;
    private const byte LongText = 255;

    private readonly IReadOnlyDictionary<string, PayloadForm> _forms;
    private readonly List<PayloadForm> _seen = [];
    private ReadOnlySpan<byte> _rest;
    private PayloadRefusal? _refusal;

    private PayloadScan(ReadOnlySpan<byte> payload, IReadOnlyDictionary<string, PayloadForm> forms)
    {
        _rest = payload;
        _forms = forms;
    }

    /// <summary>Null when the payload is one object that may be read.</summary>
    /// <param name="payload">What came.</param>
    /// <param name="forms">The forms of the listed types, by the name that Hyperion writes.</param>
    public static PayloadRefusal? Check(ReadOnlySpan<byte> payload, IReadOnlyDictionary<string, PayloadForm> forms)
    {
        var scan = new PayloadScan(payload, forms);
        if (scan.PassObject(1) && !scan._rest.IsEmpty)
        {
            scan.Malformed($"{scan._rest.Length} bytes after the object");
        }

        return scan._refusal;
    }

    private bool PassObject(int depth)
    {
        if (!TryTake(1, out var first))
        {
            return false;
        }

        switch (first[0])
        {
            case Null or SystemObject:
                return true;
            case ByteArray:
                return TryTakeCount(out var length) && TryTake(length, out _);
            case PlainArray:
                return PassPlainArray();
            case KnownType:
                return TryTake(sizeof(ushort), out var index) && PassKnown(BinaryPrimitives.ReadUInt16LittleEndian(index), depth);
            case NamedType:
                return TryTakeCount(out length) && TryTake(length, out var name) && PassNamed(name, depth);
            default:
                return PayloadForm.TryGetBytes(first[0], out var bytes) ? PassPlain(bytes) : Malformed($"manifest {first[0]}");
        }
    }

    private bool PassNamed(ReadOnlySpan<byte> name, int depth)
    {
        var text = Encoding.UTF8.GetString(name);
        if (!_forms.TryGetValue(text, out var form))
        {
            return Refuse("unlisted-type", $"{text} is not in the list of allowed types");
        }

        _seen.Add(form);
        return PassForm(form, depth);
    }

    private bool PassKnown(int index, int depth) =>
        index < _seen.Count ? PassForm(_seen[index], depth) : Malformed($"type {index} of {_seen.Count}");

    private bool PassForm(PayloadForm form, int depth)
    {
        if (depth > MaxDepth)
        {
            return Refuse("too-deep", $"objects lie more than {MaxDepth} deep in each other");
        }

        if (form.Fields is { } fields)
        {
            foreach (var bytes in fields)
            {
                if (!(bytes == PayloadForm.Object ? PassObject(depth + 1) : PassPlain(bytes)))
                {
                    return false;
                }
            }

            return true;
        }

        if (!TryTakeCount(out var count))
        {
            return false;
        }

        for (var passed = 0; passed < count; passed++)
        {
            if (!PassObject(depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    private bool PassPlainArray()
    {
        if (!TryTake(1, out var element) || !PayloadForm.TryGetBytes(element[0], out var bytes))
        {
            return Malformed("an array of no plain type");
        }

        if (!TryTakeCount(out var count))
        {
            return false;
        }

        if (bytes != PayloadForm.Text)
        {
            return (long)count * bytes <= _rest.Length ? TryTake(count * bytes, out _) : Malformed($"{count} elements of {bytes} bytes, {_rest.Length} bytes are there");
        }

        for (var passed = 0; passed < count; passed++)
        {
            if (!PassPlain(PayloadForm.Text))
            {
                return false;
            }
        }

        return true;
    }

    private bool PassPlain(int bytes)
    {
        if (bytes != PayloadForm.Text)
        {
            return TryTake(bytes, out _);
        }

        if (!TryTake(1, out var head))
        {
            return false;
        }

        if (head[0] != LongText)
        {
            return TryTake(Math.Max(0, head[0] - 1), out _);
        }

        return TryTakeCount(out var length) && TryTake(length, out _);
    }

    // Each thing that is counted takes at least a byte.
    private bool TryTakeCount(out int count)
    {
        count = TryTake(sizeof(int), out var bytes) ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : -1;
        return (count >= 0 && count <= _rest.Length) || Malformed($"a count of {count}, {_rest.Length} bytes are there");
    }

    private bool TryTake(int count, out ReadOnlySpan<byte> taken)
    {
        if (count > _rest.Length)
        {
            taken = default;
            return Malformed($"{count} bytes are needed, {_rest.Length} are there");
        }

        taken = _rest[..count];
        _rest = _rest[count..];
        return true;
    }

    private bool Malformed(string detail) => Refuse("malformed", detail);

    // The first reason counts.
    private bool Refuse(string reason, string detail)
    {
        _refusal ??= new PayloadRefusal(reason, detail);
        return false;
    }
}
