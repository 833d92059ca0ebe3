namespace ActorP2P.Hocon;

/// <summary>
/// A value whose type is known and whose inside may not be evaluated yet: what looking up one field of an
/// object needs, without touching the other fields ("lazy-evaluate the substitution target").
/// </summary>
internal abstract class Evaluated(HoconOrigin origin)
{
    /// <summary>The value of an optional substitution that found nothing.</summary>
    public static Evaluated Undefined { get; } = new EvaluatedValue(new HoconScalar(HoconValueKind.Null, "undefined", default));

    public HoconOrigin Origin { get; } = origin;

    /// <summary>The finished value, once there is one.</summary>
    public HoconValue? Finished { get; set; }

    /// <summary>Whether its inside is being finished, so that meeting it again is a cycle.</summary>
    public bool Finishing { get; set; }
}

/// <summary>A simple value, or any value that was resolved before.</summary>
internal sealed class EvaluatedValue(HoconValue value) : Evaluated(value.Origin)
{
    public HoconValue Value { get; } = value;
}

/// <summary>An array of elements not evaluated yet.</summary>
internal sealed class EvaluatedArray(List<Slot> elements, HoconOrigin origin) : Evaluated(origin)
{
    public List<Slot> Elements { get; } = elements;
}

/// <summary>An object of fields not evaluated yet.</summary>
internal sealed class EvaluatedObject(OrderedDictionary<string, Slot> fields, HoconOrigin origin) : Evaluated(origin)
{
    public OrderedDictionary<string, Slot> Fields { get; } = fields;
}
