namespace ActorP2P.Hocon;

/// <summary>The types of values, as in JSON.</summary>
public enum HoconValueKind
{
    /// <summary>null.</summary>
    Null,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A number by JSON's grammar, kept as written.</summary>
    Number,

    /// <summary>Text.</summary>
    String,

    /// <summary>A list of values.</summary>
    Array,

    /// <summary>Keys with values.</summary>
    Object,
}
