using System.Text.Json;

namespace ActorP2P.Program.Inspect;

/// <summary>An event's line for people: when, what, and its members by name.</summary>
internal static class EventText
{
    private const int MaxValueLength = 96;
    private const int NodeDigits = 128;

    /// <summary>One line without control characters.</summary>
    public static string Of(JsonElement happened)
    {
        var members = happened.EnumerateObject()
            .Where(static member => member.Name is not ("event" or "at" or "number"))
            .Select(static member => $"{member.Name}={ValueOf(member.Value)}");
        return PrintableText.Of($"{happened.Text("at"),-33} {happened.Text("event"),-20} {string.Join(' ', members)}");
    }

    private static string ValueOf(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.Array ? string.Join(',', value.EnumerateArray().Select(ValueOf)) : JsonText.TextOf(value);
        if (text.Length == NodeDigits && text.All(char.IsAsciiHexDigitLower))
        {
            return ReportOutput.Node(text);
        }

        return text.Length > MaxValueLength ? text[..MaxValueLength] + "..." : text;
    }
}
