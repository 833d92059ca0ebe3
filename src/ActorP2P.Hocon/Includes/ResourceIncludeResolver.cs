using System.Reflection;

namespace ActorP2P.Hocon;

/// <summary>
/// Includes from the resources embedded in one assembly. A name is a resource's full name, or names the one
/// resource that ends with it, folders written with slashes.
/// </summary>
/// <param name="assembly">The assembly that holds the resources.</param>
/// <param name="limits">Bounds the size of a resource; the defaults when null.</param>
public sealed class ResourceIncludeResolver(Assembly assembly, HoconLimits? limits = null) : IIncludeResolver
{
    /// <inheritdoc/>
    public IncludeResult Resolve(IncludeRequest request)
    {
        if (request.Target is IncludeTarget.File or IncludeTarget.Url)
            return IncludeResult.Refused(HoconErrorKind.IncludeUnsupported, "an embedded resource includes only resources of its assembly");
        var wanted = request.Name.TrimStart('/');
        var suffix = "." + wanted.Replace('/', '.');
        var names = assembly.GetManifestResourceNames();
        var matches = names.Contains(wanted, StringComparer.Ordinal)
            ? [wanted]
            : names.Where(name => name.EndsWith(suffix, StringComparison.Ordinal)).ToArray();
        if (matches.Length == 0)
            return IncludeResult.NotFound;
        if (matches.Length > 1)
            return IncludeResult.Refused(HoconErrorKind.Unreadable, $"'{request.Name}' is the end of {matches.Length} resource names");
        return FileIncludeResolver.TryRead(assembly.GetManifestResourceStream(matches[0]), limits ?? HoconLimits.Default, out var text, out var kind, out var reason)
            ? IncludeResult.Found(new IncludedSource(matches[0], text, FileIncludeResolver.FormatOf(matches[0])))
            : IncludeResult.Refused(kind, reason);
    }
}
