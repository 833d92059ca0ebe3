using System.Globalization;
using System.Text;

namespace ActorP2P.Actors.Event;

/// <summary>Fills <c>{0}</c> and <c>{Name}</c> placeholders; a wrong template gives readable text, never an exception.</summary>
internal static class LogTemplate
{
    internal static string Render(string format, object?[] args)
    {
        if (args.Length == 0)
            return format;
        var text = new StringBuilder(format.Length + (args.Length * 8));
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            if (c is '{' or '}' && i + 1 < format.Length && format[i + 1] == c)
            {
                text.Append(c);
                i++;
                continue;
            }

            var end = c == '{' ? format.IndexOf('}', i) : -1;
            if (end < 0)
            {
                text.Append(c);
                continue;
            }

            AppendHole(text, format.AsSpan(i + 1, end - i - 1), args, ref next);
            i = end;
        }

        return text.ToString();
    }

    private static void AppendHole(StringBuilder text, ReadOnlySpan<char> hole, object?[] args, ref int next)
    {
        var colon = hole.IndexOf(':');
        var name = colon < 0 ? hole : hole[..colon];
        var comma = name.IndexOf(',');
        if (comma >= 0)
            name = name[..comma];
        var index = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : next++;
        if (index >= args.Length)
        {
            text.Append('{').Append(hole).Append('}');
            return;
        }

        var format = colon < 0 ? null : hole[(colon + 1)..].ToString();
        try
        {
            text.Append(args[index] is IFormattable formattable
                ? formattable.ToString(format, CultureInfo.InvariantCulture)
                : args[index]?.ToString() ?? "null");
        }
        catch (FormatException)
        {
            text.Append(args[index]);
        }
    }
}
