using System.Globalization;
using System.Text;

namespace ActorP2P.Hocon;

/// <summary>Writes a resolved value as HOCON (unquoted keys where they may be) or JSON.</summary>
internal static class HoconRenderer
{
    private const int IndentColumns = 2;

    public static string Render(HoconValue value, bool json)
    {
        var text = new StringBuilder();
        if (value is HoconObject root && !json)
            AppendFields(text, root, 0, json);
        else
            Append(text, value, 0, json);
        return text.ToString();
    }

    public static void AppendQuoted(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case < ' ': text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
                default: text.Append(c); break;
            }
        }

        text.Append('"');
    }

    private static void Append(StringBuilder text, HoconValue value, int indent, bool json)
    {
        switch (value)
        {
            case HoconScalar { Kind: HoconValueKind.String } scalar:
                AppendQuoted(text, scalar.Text);
                break;
            case HoconScalar scalar:
                text.Append(scalar.Text);
                break;
            case HoconArray array:
                AppendElements(text, array, indent, json);
                break;
            case HoconObject { Count: 0 }:
                text.Append("{}");
                break;
            case HoconObject inner:
                text.Append("{\n");
                AppendFields(text, inner, indent + IndentColumns, json);
                text.Append('\n').Append(' ', indent).Append('}');
                break;
        }
    }

    private static void AppendFields(StringBuilder text, HoconObject value, int indent, bool json)
    {
        var first = true;
        foreach (var (key, item) in value)
        {
            if (!first)
                text.Append(json ? ",\n" : "\n");
            first = false;
            text.Append(' ', indent);
            if (json)
                AppendQuoted(text, key);
            else
                text.Append(KeyText(key));
            text.Append(json ? ": " : item is HoconObject ? " " : " = ");
            Append(text, item, indent, json);
        }
    }

    private static void AppendElements(StringBuilder text, HoconArray array, int indent, bool json)
    {
        text.Append('[');
        for (var i = 0; i < array.Count; i++)
        {
            if (i > 0)
                text.Append(", ");
            Append(text, array[i], indent, json);
        }

        text.Append(']');
    }

    // The unquoted word include at the start of a key is a statement.
    private static string KeyText(string key) => key == "include" ? "\"include\"" : HoconPath.Of(key).ToString();
}
