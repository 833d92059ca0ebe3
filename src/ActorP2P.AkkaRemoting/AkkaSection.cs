using System.Text;
using System.Text.Json;
using ActorP2P.Hocon;
using AkkaConfig = Akka.Configuration.Config;
using AkkaObject = Akka.Configuration.Hocon.HoconObject;
using AkkaValue = Akka.Configuration.Hocon.HoconValue;

namespace ActorP2P.AkkaRemoting;

/// <summary>
/// A section of Akka's configuration as one of ours. The two are types of their own, and Akka's own text form is not HOCON
/// everywhere: an empty list, for one, comes out as <c>&lt;&lt;unknown value&gt;&gt;</c>. So the tree is written as JSON, which HOCON contains.
/// </summary>
internal static class AkkaSection
{
    // Deeper than any section of ours; a configuration is the operator's, and still must not end in a stack overflow.
    private const int MaxDepth = 32;

    public static Config Read(AkkaConfig config, string section)
    {
        var text = new StringBuilder().Append('{').Append(Quoted(section)).Append(':');
        Write(config.GetValue(section), text, 0);
        return ConfigurationFactory.ParseString(text.Append('}').ToString());
    }

    private static void Write(AkkaValue value, StringBuilder text, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new Akka.Configuration.ConfigurationException($"the configuration is nested deeper than {MaxDepth}");
        }

        if (value.IsObject())
        {
            WriteObject(value.GetObject(), text, depth);
        }
        else if (value.Values.Exists(static element => element.IsArray()))
        {
            WriteAll('[', value.GetArray(), ']', text, item => Write(item, text, depth + 1));
        }
        else
        {
            text.Append(value.GetString() is { } scalar ? Quoted(scalar) : "null");
        }
    }

    private static void WriteObject(AkkaObject value, StringBuilder text, int depth) => WriteAll('{', value.Items, '}', text, pair =>
    {
        text.Append(Quoted(pair.Key)).Append(':');
        Write(pair.Value, text, depth + 1);
    });

    private static void WriteAll<T>(char open, IEnumerable<T> items, char close, StringBuilder text, Action<T> write)
    {
        text.Append(open);
        var isFirst = true;
        foreach (var item in items)
        {
            text.Append(isFirst ? "" : ",");
            isFirst = false;
            write(item);
        }

        text.Append(close);
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text);
}
