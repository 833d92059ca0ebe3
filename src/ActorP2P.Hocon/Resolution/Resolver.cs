namespace ActorP2P.Hocon;

/// <summary>
/// Resolves the substitutions of one document by the rules of HOCON.md's "Substitutions": look forward to
/// the final value, look back where that would be a cycle, evaluate nothing that is hidden. Errors are
/// collected; only an exceeded limit ends it at once.
/// </summary>
internal sealed class Resolver(Func<string, string?> environment, HoconLimits limits)
{
    private readonly List<HoconError> _errors = [];
    private readonly ResolutionBudget _budget = new(limits);
    private EvaluatedObject _root = new([], default);

    /// <summary>The resolved tree; null when there are errors.</summary>
    public static HoconObject? Resolve(ObjectNode root, Func<string, string?> environment, HoconLimits limits, out IReadOnlyList<HoconError> errors)
    {
        var resolver = new Resolver(environment, limits);
        try
        {
            resolver._root = Open(root);
            var resolved = (HoconObject)resolver.Finish(resolver._root);
            errors = resolver._errors;
            return errors.Count == 0 ? resolved : null;
        }
        catch (HoconException exceeded)
        {
            errors = [.. resolver._errors, .. exceeded.Errors];
            return null;
        }
    }

    internal void Report(HoconErrorKind kind, string message, HoconOrigin origin)
    {
        _errors.Add(new HoconError(kind, message, origin));
        if (_errors.Count >= limits.MaxErrors)
            throw ParseSession.Failure(kind, "there are more errors; these are the first", origin);
    }

    /// <summary>The value of a slot as far as it may be seen now.</summary>
    internal Evaluated Evaluate(Slot slot)
    {
        if (!slot.InProgress && slot.Result is { } known)
            return known;
        var whole = !slot.InProgress;
        var outer = slot.Evaluating;
        var hides = false;
        Evaluated? value = null;
        for (var i = slot.Visible - 1; i >= 0; i--)
        {
            slot.Evaluating = i;
            var older = EvaluateDefinition(slot, i);
            if (older == Evaluated.Undefined)
                continue;
            if (value is null)
                value = older;
            else if (ConcatenationRules.AsObject(older) is { } under && ConcatenationRules.AsObject(value) is { } over)
                value = ConcatenationRules.Merge(under, over, _budget);
            // What is not an object hides everything older, from objects that come over it too.
            hides = ConcatenationRules.AsObject(older) is null || slot.DefinitionHides(i);
            if (hides)
                break;
        }

        slot.Evaluating = outer;
        slot.HidesOlder = hides;
        value ??= Evaluated.Undefined;
        if (whole)
            slot.Result = value;
        return value;
    }

    private Evaluated EvaluateDefinition(Slot slot, int index)
    {
        if (slot.Known(index) is { } known)
            return known;
        var node = slot.Node(index);
        _budget.Enter(node?.Origin ?? default);
        var value = node is null ? Evaluate(slot.MergedSlot(index)) : EvaluateNode(node);
        _budget.Leave();
        // A merged slot remembers its own value, and what it answers while it looks back is not that.
        if (node is not null)
            slot.Remember(index, value);
        return value;
    }

    private Evaluated EvaluateNode(ConfigNode node) => node switch
    {
        ValueNode leaf => new EvaluatedValue(leaf.Value),
        ObjectNode inner => Open(inner),
        ArrayNode array => Open(array),
        SubstitutionNode substitution => EvaluateSubstitution(substitution),
        AppendNode append => ConcatenationRules.Join(
            [EvaluateSubstitution(append.Earlier), Open(append.Added)], append.Origin, this, _budget),
        ConcatenationNode concatenation => ConcatenationRules.Join(
            concatenation.Parts.ConvertAll(EvaluatePart), concatenation.Origin, this, _budget),
        _ => throw new InvalidOperationException($"No evaluation for {node.GetType().Name}."),
    };

    private Evaluated EvaluatePart(ConfigNode part) =>
        part is WhitespaceNode space ? new EvaluatedWhitespace(space.Text, space.Origin) : EvaluateNode(part);

    private static EvaluatedObject Open(ObjectNode node)
    {
        var fields = new OrderedDictionary<string, Slot>(node.Fields.Count);
        foreach (var (key, definitions) in node.Fields)
            fields.Add(key, Slot.Of(definitions));
        return new EvaluatedObject(fields, node.Origin);
    }

    private static EvaluatedArray Open(ArrayNode node) => new(node.Elements.ConvertAll(Slot.Of), node.Origin);

    private Evaluated EvaluateSubstitution(SubstitutionNode node)
    {
        var lookedBack = false;
        if (!node.IncludedAt.Elements.IsEmpty && Lookup(node.IncludedAt.Append(node.Path), ref lookedBack) is { } relative)
            return relative;
        if (Lookup(node.Path, ref lookedBack) is { } absolute)
            return absolute;
        var name = string.Join('.', node.Path.Elements);
        if (environment(name) is { } variable)
            return new EvaluatedValue(new HoconScalar(HoconValueKind.String, variable, new HoconOrigin($"environment variable {name}", 0, 0)));
        if (node.Optional)
            return Evaluated.Undefined;
        if (lookedBack)
            Report(HoconErrorKind.SubstitutionCycle, $"${{{node.Path}}} is part of a cycle and has no earlier value", node.Origin);
        else
            Report(HoconErrorKind.UnresolvedSubstitution, $"${{{node.Path}}} has no value in the configuration or the environment", node.Origin);
        return Evaluated.Undefined;
    }

    private Evaluated? Lookup(HoconPath path, ref bool lookedBack)
    {
        Evaluated current = _root;
        foreach (var key in path.Elements)
        {
            if (ConcatenationRules.AsObject(current) is not { } at || !at.Fields.TryGetValue(key, out var slot))
                return null;
            lookedBack |= slot.InProgress;
            current = Evaluate(slot);
            if (current == Evaluated.Undefined)
                return null;
        }

        return current;
    }

    private HoconValue Finish(Evaluated value)
    {
        if (value.Finished is { } finished)
            return finished;
        _budget.Enter(value.Origin);
        value.Finishing = true;
        finished = value switch
        {
            EvaluatedValue simple => simple.Value,
            EvaluatedArray array => FinishArray(array),
            EvaluatedObject inner => FinishObject(inner),
            _ => throw new InvalidOperationException($"{value.GetType().Name} is not a whole value."),
        };
        value.Finishing = false;
        _budget.Leave();
        _budget.CheckSize(finished);
        value.Finished = finished;
        return finished;
    }

    private HoconArray FinishArray(EvaluatedArray array)
    {
        var elements = new List<HoconValue>(array.Elements.Count);
        foreach (var slot in array.Elements)
        {
            if (FinishSlot(slot) is { } element)
                elements.Add(element);
        }

        return new HoconArray([.. elements], array.Origin);
    }

    private HoconObject FinishObject(EvaluatedObject value)
    {
        var items = new OrderedDictionary<string, HoconValue>(value.Fields.Count);
        foreach (var (key, slot) in value.Fields)
        {
            if (FinishSlot(slot) is { } item)
                items.Add(key, item);
        }

        return new HoconObject(items, value.Origin);
    }

    /// <summary>The finished value of a slot, null when it is undefined.</summary>
    private HoconValue? FinishSlot(Slot slot)
    {
        var value = Evaluate(slot);
        while (value.Finishing)
        {
            // A cycle is a missing value to an optional substitution, and an error otherwise.
            if (!slot.EndsInOptional())
            {
                Report(HoconErrorKind.SubstitutionCycle, "an object or list contains itself", slot.Node(0)?.Origin ?? value.Origin);
                return null;
            }

            slot = slot.WithoutNewest();
            value = Evaluate(slot);
        }

        return value == Evaluated.Undefined ? null : Finish(value);
    }
}
