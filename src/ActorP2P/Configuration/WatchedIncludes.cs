using ActorP2P.Hocon;

namespace ActorP2P;

/// <summary>Includes from files, with a list of those that were found: a change of one is a change of the configuration.</summary>
internal sealed class WatchedIncludes(IIncludeResolver files) : IIncludeResolver
{
    // Far above what a configuration is split into; what is beyond it is read, and not watched.
    private const int MaxFiles = 256;

    private readonly HashSet<string> _found = new(StringComparer.Ordinal);

    /// <summary>Full paths, in order.</summary>
    public IReadOnlyList<string> Found => [.. _found.Order(StringComparer.Ordinal)];

    /// <inheritdoc />
    public IncludeResult Resolve(IncludeRequest request)
    {
        var result = files.Resolve(request);
        foreach (var source in result.Sources.Where(_ => _found.Count < MaxFiles))
        {
            _found.Add(source.Name);
        }

        return result;
    }
}
