using System.Text;

namespace ActorP2P;

/// <summary>Writes a typed reason as counters, events and goodbyes show it: <c>NotYetValid</c> becomes <c>not-yet-valid</c>.</summary>
internal static class ReasonName
{
    public static string Of<TReason>(TReason reason)
        where TReason : struct, Enum
    {
        var name = reason.ToString();
        var text = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
