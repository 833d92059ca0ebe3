namespace ActorP2P.Hocon;

/// <summary>
/// The definitions of one field, oldest first ("Duplicate keys and object merging"). What can no longer
/// be seen is dropped at once: a simple value or array hides all below it, neighbouring objects merge.
/// </summary>
internal sealed class Definitions
{
    public List<ConfigNode> Stack { get; } = [];

    /// <summary>Adds a newer definition. Objects that the stack holds are changed in place: the caller owns them.</summary>
    public void Push(ConfigNode node)
    {
        switch (node)
        {
            case ObjectNode added when Stack is [.., ObjectNode top]:
                MergeInto(top, added);
                break;
            case ValueNode or ArrayNode:
                Stack.Clear();
                Stack.Add(node);
                break;
            default:
                Stack.Add(node);
                break;
        }
    }

    /// <summary>
    /// Adds <c>key += element</c>, which stands for <c>key = ${?key} [element]</c>. A run of them becomes one
    /// array, so that its length costs neither depth nor time squared.
    /// </summary>
    public void Append(ConfigNode element, HoconPath field, HoconPath includedAt, HoconOrigin origin)
    {
        switch (Stack)
        {
            case [.., ArrayNode array]:
                array.Elements.Add(element);
                break;
            case [.., AppendNode run]:
                run.Added.Elements.Add(element);
                break;
            default:
                var added = new ArrayNode(origin);
                added.Elements.Add(element);
                Stack.Add(new AppendNode(new SubstitutionNode(field, optional: true, includedAt, origin), added, origin));
                break;
        }
    }

    /// <summary>The newest definition as an object that further fields may go into.</summary>
    public ObjectNode TopObject(HoconOrigin origin)
    {
        if (Stack is [.., ObjectNode top])
            return top;
        top = new ObjectNode(origin);
        Stack.Add(top);
        return top;
    }

    /// <summary>Merges the newer fields into an object that the caller owns.</summary>
    public static void MergeInto(ObjectNode target, ObjectNode newer)
    {
        foreach (var (key, definitions) in newer.Fields)
        {
            if (!target.Fields.TryGetValue(key, out var existing))
            {
                target.Fields.Add(key, definitions);
                continue;
            }

            foreach (var node in definitions.Stack)
                existing.Push(node);
        }
    }

    /// <summary>Both objects as one, neither changed: the newer over the older, definition by definition.</summary>
    public static ObjectNode Merge(ObjectNode older, ObjectNode newer)
    {
        var merged = new ObjectNode(newer.Origin);
        foreach (var (key, definitions) in older.Fields)
            merged.Fields.Add(key, newer.Fields.TryGetValue(key, out var over) ? Merge(definitions, over) : definitions);
        foreach (var (key, definitions) in newer.Fields)
            merged.Fields.TryAdd(key, definitions);
        return merged;
    }

    private static Definitions Merge(Definitions older, Definitions newer)
    {
        var merged = new Definitions();
        merged.Stack.AddRange(older.Stack);
        foreach (var node in newer.Stack)
        {
            if (node is ObjectNode over && merged.Stack is [.., ObjectNode under])
                merged.Stack[^1] = Merge(under, over);
            else
                merged.Push(node);
        }

        return merged;
    }
}
