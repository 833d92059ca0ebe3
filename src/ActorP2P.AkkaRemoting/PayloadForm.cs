using System.Collections;
using System.Dynamic;
using System.Reflection;
using Hyperion;

namespace ActorP2P.AkkaRemoting;

/// <summary>
/// What follows the name of a listed type in Hyperion's bytes: the values of its fields in the ordinal order of their names, or a count and
/// so many objects. Source: Hyperion 0.12 as .NET takes it (netstandard2.0: no attribute of
/// serialisation but its own counts), its <c>DefaultCodeGenerator</c> and serializer factories.
/// </summary>
internal sealed class PayloadForm
{
    /// <summary>A field that is written as an object: a byte that says what follows, then that.</summary>
    public const int Object = -1;

    /// <summary>A field that is written as text: its length + 1 (0 is null, 255 says that four bytes of length follow), then UTF-8.</summary>
    public const int Text = 0;

    private static readonly PayloadForm Counted = new(null);

    // Hyperion's byte for each type that it writes without a name, and the bytes that a value takes.
    private static readonly Dictionary<Type, (byte Manifest, int Bytes)> Plain = new()
    {
        [typeof(long)] = (2, 8),
        [typeof(short)] = (3, 2),
        [typeof(byte)] = (4, 1),
        [typeof(DateTime)] = (5, 9),
        [typeof(bool)] = (6, 1),
        [typeof(string)] = (7, Text),
        [typeof(int)] = (8, 4),
        [typeof(DateTimeOffset)] = (10, 16),
        [typeof(Guid)] = (11, 16),
        [typeof(float)] = (12, 4),
        [typeof(double)] = (13, 8),
        [typeof(decimal)] = (14, 16),
        [typeof(char)] = (15, 2),
        [typeof(ushort)] = (17, 2),
        [typeof(uint)] = (18, 4),
        [typeof(ulong)] = (19, 8),
        [typeof(sbyte)] = (20, 1),
    };

    private static readonly Dictionary<byte, int> BytesByManifest = Plain.Values.ToDictionary(static plain => plain.Manifest, static plain => plain.Bytes);

    private PayloadForm(int[]? fields) => Fields = fields;

    /// <summary>For each field the bytes that it takes, <see cref="Text"/> or <see cref="Object"/>. Null: a count and so many objects.</summary>
    public int[]? Fields { get; }

    /// <summary>Whether Hyperion writes values of a type without its name; arrays of such types are among them.</summary>
    public static bool HasNoName(Type type) =>
        type == typeof(object) || Plain.ContainsKey(type) || (type.IsSZArray && Plain.ContainsKey(type.GetElementType()!));

    /// <summary>The bytes that a value after this manifest takes, or <see cref="Text"/>; false when it is of no plain type.</summary>
    public static bool TryGetBytes(byte manifest, out int bytes) => BytesByManifest.TryGetValue(manifest, out bytes);

    /// <summary>The form of a type that has a name, or null for one whose bytes cannot be checked before they are read.</summary>
    public static PayloadForm? Of(Type type)
    {
        if (type.IsInterface || type.IsPointer || type.ContainsGenericParameters || IsSpecial(type))
        {
            return null;
        }

        if (type.IsArray)
        {
            return type.IsSZArray ? Counted : null;
        }

        if (type.Namespace == "System.Collections.Immutable" || Implements(type, typeof(IDictionary<,>)))
        {
            return typeof(IEnumerable).IsAssignableFrom(type) ? Counted : null;
        }

        return typeof(IEnumerable).IsAssignableFrom(type) ? (IsList(type) ? Counted : null) : new PayloadForm(FieldsOf(type));
    }

    private static bool IsSpecial(Type type) =>
        typeof(Delegate).IsAssignableFrom(type) || typeof(MemberInfo).IsAssignableFrom(type) || typeof(Exception).IsAssignableFrom(type)
        || type == typeof(ExpandoObject) || type.FullName!.StartsWith("Microsoft.FSharp.Collections.", StringComparison.Ordinal);

    private static bool Implements(Type type, Type definition) =>
        type.GetInterfaces().Any(part => part.IsGenericType && part.GetGenericTypeDefinition() == definition);

    // Narrower than what Hyperion takes for a collection; what is left out is refused and not mistaken for another form.
    private static bool IsList(Type type) =>
        type.GetProperty("Count")?.PropertyType == typeof(int)
        && !(type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Stack<>))
        && type.GetConstructor(Type.EmptyTypes) is not null
        && type.GetMethods().Count(static method => method.Name == "Add" && (method.ReturnType == typeof(void) || method.ReturnType == typeof(bool)) && method.GetParameters().Length == 1) == 1;

    // Fields that a base class shows to this one come twice, there as here.
    private static int[] FieldsOf(Type type)
    {
        var fields = new List<FieldInfo>();
        for (var current = type; current is not null; current = current.BaseType)
        {
            fields.AddRange(current.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Where(static field =>
                !field.IsDefined(typeof(IgnoreAttribute))
                && field.FieldType != typeof(nint) && field.FieldType != typeof(nuint) && field.Name != "_syncRoot"));
        }

        return [.. fields.OrderBy(static field => field.Name, StringComparer.Ordinal)
            .Select(static field => Plain.TryGetValue(field.FieldType, out var plain) ? plain.Bytes : Object)];
    }
}
