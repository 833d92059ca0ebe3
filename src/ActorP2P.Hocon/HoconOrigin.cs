namespace ActorP2P.Hocon;

/// <summary>Where a value or an error stands.</summary>
/// <param name="Source">File name, resource name, or the description given to the parser.</param>
/// <param name="Line">Line, from 1; 0 when the source has no lines (the environment).</param>
/// <param name="Column">Column in UTF-16 code units, from 1; 0 when the source has no lines.</param>
public readonly record struct HoconOrigin(string Source, int Line, int Column)
{
    /// <summary><c>source:line:column</c>, the form that editors can jump to.</summary>
    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}:{Column}";
}
