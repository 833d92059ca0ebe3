using System.Text;

namespace ActorP2P;

/// <summary>Writes a typed reason as counters, events and goodbyes show it: <c>NotYetValid</c> becomes <c>not-yet-valid</c>.</summary>
internal static class ReasonName
{
    public static string Of<TReason>(TReason reason)
        where TReason : struct, Enum => Of(reason.ToString());

    /// <summary>The same for a reason that a core gives as the name of an enum member.</summary>
    public static string Of(string name)
    {
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
