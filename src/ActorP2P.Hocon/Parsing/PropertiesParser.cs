using System.Text;

namespace ActorP2P.Hocon;

/// <summary>
/// Java properties files (java.util.Properties.load), mapped as HOCON.md's "Java properties mapping"
/// says: keys split at every dot, values are strings, an object wins over a string.
/// </summary>
internal static class PropertiesParser
{
    public static ObjectNode Parse(ParseSession session, IncludedSource source)
    {
        if (source.Text.Length > session.Limits.MaxSourceChars)
            throw ParseSession.Failure(HoconErrorKind.SourceTooLarge, $"the source is longer than {session.Limits.MaxSourceChars} characters", new HoconOrigin(source.Name, 1, 1));
        var root = new ObjectNode(new HoconOrigin(source.Name, 1, 1));
        foreach (var (line, number) in LogicalLines(source.Text))
        {
            var origin = new HoconOrigin(source.Name, number, 1);
            var keyEnd = KeyEnd(line);
            var valueStart = SkipSeparator(line, keyEnd);
            session.CountNode(origin);
            var value = new HoconScalar(HoconValueKind.String, Unescape(line[valueStart..], origin), origin);
            Put(session, root, Unescape(line[..keyEnd], origin).Split('.'), new ValueNode(value));
        }

        return root;
    }

    private static void Put(ParseSession session, ObjectNode root, string[] key, ValueNode value)
    {
        if (key.Length > session.Limits.MaxDepth)
            throw ParseSession.Failure(HoconErrorKind.NestingTooDeep, $"a key has more than {session.Limits.MaxDepth} elements", value.Origin);
        var target = root;
        for (var i = 0; ; i++)
        {
            if (!target.Fields.TryGetValue(key[i], out var definitions))
            {
                session.CountNode(value.Origin);
                target.Fields.Add(key[i], definitions = new Definitions());
            }

            var isObject = definitions.Stack is [ObjectNode];
            if (i == key.Length - 1)
            {
                if (!isObject)
                    definitions.Push(value);
                return;
            }

            if (!isObject)
                definitions.Stack.Clear();
            target = definitions.TopObject(value.Origin);
        }
    }

    /// <summary>Lines without blank ones and comments, joined where a line ends in an odd number of backslashes.</summary>
    private static IEnumerable<(string Line, int Number)> LogicalLines(string text)
    {
        var joined = new StringBuilder();
        var number = 0;
        var first = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim('\r').TrimStart(' ', '\t', '\f');
            if (joined.Length == 0)
            {
                first = number;
                if (line.Length == 0 || line[0] is '#' or '!')
                    continue;
            }

            var continues = TrailingBackslashes(line) % 2 == 1;
            joined.Append(continues ? line.AsSpan(0, line.Length - 1) : line);
            if (continues)
                continue;
            yield return (joined.ToString(), first);
            joined.Clear();
        }

        if (joined.Length > 0)
            yield return (joined.ToString(), first);
    }

    private static int TrailingBackslashes(string line) => line.Length - line.AsSpan().TrimEnd('\\').Length;

    private static int KeyEnd(string line)
    {
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\')
                i++;
            else if (line[i] is '=' or ':' or ' ' or '\t' or '\f')
                return i;
        }

        return line.Length;
    }

    private static int SkipSeparator(string line, int at)
    {
        at = SkipBlanks(line, at);
        return at < line.Length && line[at] is '=' or ':' ? SkipBlanks(line, at + 1) : at;
    }

    private static int SkipBlanks(string line, int at)
    {
        while (at < line.Length && line[at] is ' ' or '\t' or '\f')
            at++;
        return at;
    }

    private static string Unescape(string text, HoconOrigin origin)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        var value = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                value.Append(text[i]);
            }
            else if (text[i + 1] is 'n' or 'r' or 't' or 'f' or 'u')
            {
                if (!JsonEscape.TryRead(text, ref i, value))
                    throw ParseSession.Failure(HoconErrorKind.InvalidEscape, "\\u needs four hexadecimal digits", origin);
            }
            else
            {
                value.Append(text[++i]);
            }
        }

        return value.ToString();
    }
}
