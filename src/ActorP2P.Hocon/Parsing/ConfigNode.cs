namespace ActorP2P.Hocon;

/// <summary>
/// A value before substitutions are resolved. Nodes are built by one parser (or one merge) and never
/// change once it has handed them out, so configurations may share them.
/// </summary>
internal abstract class ConfigNode(HoconOrigin origin)
{
    public HoconOrigin Origin { get; } = origin;
}

/// <summary>A value that needs no resolution.</summary>
internal sealed class ValueNode(HoconValue value) : ConfigNode(value.Origin)
{
    public HoconValue Value { get; } = value;
}

/// <summary>Unquoted whitespace between the parts of a concatenation: part of a string, nothing between objects or arrays.</summary>
internal sealed class WhitespaceNode(string text, HoconOrigin origin) : ConfigNode(origin)
{
    public string Text { get; } = text;
}

/// <summary>An array.</summary>
internal sealed class ArrayNode(HoconOrigin origin) : ConfigNode(origin)
{
    public List<ConfigNode> Elements { get; } = [];
}

/// <summary>An object: for each key all definitions that may still matter, oldest first.</summary>
internal sealed class ObjectNode(HoconOrigin origin) : ConfigNode(origin)
{
    public OrderedDictionary<string, Definitions> Fields { get; } = [];
}

/// <summary><c>${path}</c> or <c>${?path}</c>.</summary>
/// <param name="path">The path as written.</param>
/// <param name="optional">Whether it began with a question mark.</param>
/// <param name="includedAt">Where the root of the included file stands, looked at first; the root when the file is not included.</param>
/// <param name="origin">Where it was written.</param>
internal sealed class SubstitutionNode(HoconPath path, bool optional, HoconPath includedAt, HoconOrigin origin) : ConfigNode(origin)
{
    public HoconPath Path { get; } = path;

    public bool Optional { get; } = optional;

    public HoconPath IncludedAt { get; } = includedAt;
}

/// <summary>Parts of a value that stand on one line, at least one of them a substitution.</summary>
internal sealed class ConcatenationNode(List<ConfigNode> parts, HoconOrigin origin) : ConfigNode(origin)
{
    public List<ConfigNode> Parts { get; } = parts;
}

/// <summary>A run of <c>+=</c>: the field's earlier value, then the elements.</summary>
internal sealed class AppendNode(SubstitutionNode earlier, ArrayNode added, HoconOrigin origin) : ConfigNode(origin)
{
    public SubstitutionNode Earlier { get; } = earlier;

    public ArrayNode Added { get; } = added;
}
