using System.Globalization;
using System.Text.Json;

namespace ActorP2P.Program.Inspect;

/// <summary>Members of an answer as text for tables. A member that a node of another version leaves out is empty.</summary>
internal static class JsonText
{
    /// <summary>A member as text: strings as they are, numbers and truth values as in JSON, null and absence as nothing.</summary>
    public static string Text(this JsonElement json, string name) => json.TryGetProperty(name, out var value) ? TextOf(value) : "";

    /// <summary>A number; 0 when it is absent or none.</summary>
    public static double Number(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;

    /// <summary>True when the member is the value true.</summary>
    public static bool Flag(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>The elements of an array; none when it is absent.</summary>
    public static IEnumerable<JsonElement> Rows(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    /// <summary>One value as text.</summary>
    public static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        _ => value.GetRawText(),
    };

    /// <summary>Bytes in the unit that keeps them short.</summary>
    public static string Bytes(double bytes) => bytes switch
    {
        >= 1024 * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024 * 1024 * 1024):0.0} GiB"),
        >= 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024 * 1024):0.0} MiB"),
        >= 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024:0.0} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes:0} B"),
    };
}
