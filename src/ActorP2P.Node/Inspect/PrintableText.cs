using System.Globalization;

namespace ActorP2P.Program.Inspect;

/// <summary>
/// Text of remote nodes (topics, reasons, names) for a terminal: what would move the cursor, change colours or the
/// direction of writing is shown as a replacement character, so that no member can forge what an operator sees.
/// </summary>
internal static class PrintableText
{
    /// <summary>The text without control and format characters.</summary>
    public static string Of(string text) => text.Any(IsUnsafe) ? string.Concat(text.Select(static c => IsUnsafe(c) ? '\uFFFD' : c)) : text;

    private static bool IsUnsafe(char c) => char.GetUnicodeCategory(c) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
}
