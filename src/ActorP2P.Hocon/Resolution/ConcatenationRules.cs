using System.Text;

namespace ActorP2P.Hocon;

/// <summary>Unquoted whitespace between the evaluated parts of a concatenation.</summary>
internal sealed class EvaluatedWhitespace(string text, HoconOrigin origin) : Evaluated(origin)
{
    public string Text { get; } = text;
}

/// <summary>"Value concatenation" of HOCON.md, once it is known what the parts are.</summary>
internal static class ConcatenationRules
{
    /// <summary>Concatenates; undefined when every part is. Whitespace is a part: it makes a string of undefined parts.</summary>
    public static Evaluated Join(List<Evaluated> parts, HoconOrigin origin, Resolver errors, ResolutionBudget budget)
    {
        var values = parts.FindAll(static p => p is not EvaluatedWhitespace && p != Evaluated.Undefined);
        if (values.Count == 0)
            return parts.Exists(static p => p is EvaluatedWhitespace) ? JoinText(parts, origin, budget) : Evaluated.Undefined;
        if (values.TrueForAll(static v => AsObject(v) is not null))
            return values.Count == 1 ? values[0] : JoinObjects(values, budget);
        if (values.Exists(static v => AsArray(v) is not null))
            return JoinArrays(values, origin, errors, budget);
        if (values.Exists(static v => AsObject(v) is not null))
            return Mismatch(origin, errors);
        return JoinText(parts, origin, budget);
    }

    /// <summary>The value as an object with fields, null when it is none.</summary>
    public static EvaluatedObject? AsObject(Evaluated value)
    {
        if (value is EvaluatedObject inner)
            return inner;
        if (value is not EvaluatedValue { Value: HoconObject resolved })
            return null;
        var fields = new OrderedDictionary<string, Slot>(resolved.Count);
        foreach (var (key, item) in resolved)
            fields.Add(key, Slot.Of(new ValueNode(item)));
        return new EvaluatedObject(fields, resolved.Origin) { Finished = resolved };
    }

    /// <summary>Both objects as one: fields of either, fields of both merged when they are evaluated.</summary>
    public static EvaluatedObject Merge(EvaluatedObject older, EvaluatedObject newer, ResolutionBudget budget)
    {
        budget.SpendCopies(older.Fields.Count + newer.Fields.Count, newer.Origin);
        var fields = new OrderedDictionary<string, Slot>(older.Fields.Count + newer.Fields.Count);
        foreach (var (key, slot) in older.Fields)
            fields.Add(key, newer.Fields.TryGetValue(key, out var over) ? Slot.Merged(slot, over) : slot);
        foreach (var (key, slot) in newer.Fields)
            fields.TryAdd(key, slot);
        return new EvaluatedObject(fields, newer.Origin);
    }

    private static EvaluatedObject JoinObjects(List<Evaluated> values, ResolutionBudget budget)
    {
        var joined = AsObject(values[0])!;
        for (var i = 1; i < values.Count; i++)
            joined = Merge(joined, AsObject(values[i])!, budget);
        return joined;
    }

    private static Evaluated JoinArrays(List<Evaluated> values, HoconOrigin origin, Resolver errors, ResolutionBudget budget)
    {
        if (values.Count == 1)
            return values[0];
        var elements = new List<Slot>();
        foreach (var value in values)
        {
            // "The conversion should be done in a concatenation when a list is expected and an object with numeric keys is found."
            var list = AsArray(value)
                ?? (AsObject(value) is { } indexed ? HoconConversion.NumericallyIndexed(indexed.Fields) : []);
            if (list.Count == 0 && AsArray(value) is null)
                return Mismatch(origin, errors);
            budget.SpendCopies(list.Count, origin);
            elements.AddRange(list);
        }

        return new EvaluatedArray(elements, origin);
    }

    private static Evaluated JoinText(List<Evaluated> parts, HoconOrigin origin, ResolutionBudget budget)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            var piece = part switch
            {
                EvaluatedWhitespace space => space.Text,
                _ when part == Evaluated.Undefined => "",
                EvaluatedValue { Value: HoconScalar scalar } => scalar.Text,
                _ => throw new InvalidOperationException("A part of text is neither simple nor whitespace."),
            };
            budget.SpendChars(piece.Length, origin);
            text.Append(piece);
        }

        return new EvaluatedValue(new HoconScalar(HoconValueKind.String, text.ToString(), origin));
    }

    private static List<Slot>? AsArray(Evaluated value) => value switch
    {
        EvaluatedArray array => array.Elements,
        EvaluatedValue { Value: HoconArray resolved } => resolved.Select(static e => Slot.Of(new ValueNode(e))).ToList(),
        _ => null,
    };

    private static Evaluated Mismatch(HoconOrigin origin, Resolver errors)
    {
        errors.Report(HoconErrorKind.ConcatenationMismatch, "a concatenation mixes objects, lists or simple values", origin);
        return Evaluated.Undefined;
    }
}
