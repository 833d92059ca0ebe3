namespace ActorP2P.Hocon.Tests;

/// <summary>Includes from a table: the name of a source is its key.</summary>
internal sealed class MemoryIncludes(params (string Name, string Text)[] sources) : IIncludeResolver
{
    public List<IncludeRequest> Asked { get; } = [];

    public IncludeResult Resolve(IncludeRequest request)
    {
        Asked.Add(request);
        if (request.Name == "locked")
            return IncludeResult.Refused(HoconErrorKind.Unreadable, "'locked' cannot be read");
        var found = sources.Where(s => s.Name == request.Name).Select(s => new IncludedSource(s.Name, s.Text, HoconFormat.Hocon)).ToList();
        return found.Count == 0 ? IncludeResult.NotFound : IncludeResult.Found(found);
    }
}
