using System.Reflection;

namespace ActorP2P.Hocon;

/// <summary>Makes configurations from text, files and embedded resources.</summary>
public static class ConfigurationFactory
{
    /// <summary>The configuration without settings.</summary>
    public static Config Empty => Config.Empty;

    /// <summary>Parses HOCON text. Substitutions are resolved when the result is first read.</summary>
    /// <param name="hocon">The text.</param>
    /// <param name="origin">Name of the text in origins and errors.</param>
    /// <param name="includes">Finds what include statements name; without one they find nothing.</param>
    /// <exception cref="HoconException">The text is not HOCON, or exceeds a limit.</exception>
    public static Config ParseString(string hocon, string origin = "string", IIncludeResolver? includes = null) =>
        ParseString(hocon, new HoconParseOptions { Source = origin, Includes = includes });

    /// <summary>As <see cref="ParseString(string, string, IIncludeResolver)"/>, with all options.</summary>
    /// <exception cref="HoconException">The text is not HOCON, or exceeds a limit.</exception>
    public static Config ParseString(string hocon, HoconParseOptions options) =>
        TryParse(hocon, options, out var config, out var errors) ? config : throw new HoconException(errors);

    /// <summary>Parses HOCON text without throwing. Ask <see cref="Config.Resolve"/> for errors of substitutions.</summary>
    /// <returns>False when the text is not HOCON or exceeds a limit; then the configuration is empty.</returns>
    public static bool TryParse(string hocon, HoconParseOptions options, out Config config, out IReadOnlyList<HoconError> errors)
    {
        try
        {
            var session = new ParseSession(options);
            session.TryEnter(options.Source, new HoconOrigin(options.Source, 1, 1));
            var parser = new Parser(session, options.Source, hocon, HoconPath.Root, includedInList: false, depth: 0);
            config = new Config(parser.ParseDocument(), options);
            errors = [];
            return true;
        }
        catch (HoconException wrong)
        {
            config = Config.Empty;
            errors = wrong.Errors;
            return false;
        }
    }

    /// <summary>As <see cref="TryParse(string, HoconParseOptions, out Config, out IReadOnlyList{HoconError})"/> with the default options.</summary>
    public static bool TryParse(string hocon, out Config config, out IReadOnlyList<HoconError> errors) =>
        TryParse(hocon, HoconParseOptions.Default, out config, out errors);

    /// <summary>Parses a file and what it includes. Add fallbacks before reading the result.</summary>
    /// <exception cref="HoconException">The file does not exist, cannot be read, or is not HOCON.</exception>
    public static Config ParseFile(string path, HoconParseOptions? options = null) =>
        TryParseFile(path, options, out var config, out var errors) ? config : throw new HoconException(errors);

    /// <summary>As <see cref="ParseFile"/>, without throwing.</summary>
    /// <param name="path">The file, relative to the working directory of the process.</param>
    /// <param name="options">Environment, limits and, when includes are not to be files, their resolver; the source's name is the file's.</param>
    /// <param name="config">The configuration; empty when there are errors.</param>
    /// <param name="errors">What is wrong; empty when nothing is.</param>
    public static bool TryParseFile(string path, HoconParseOptions? options, out Config config, out IReadOnlyList<HoconError> errors)
    {
        options ??= HoconParseOptions.Default;
        var full = Path.GetFullPath(path);
        config = Config.Empty;
        if (!FileIncludeResolver.TryRead(full, options.Limits, out var text, out var kind, out var reason))
        {
            errors = [new HoconError(kind, reason, new HoconOrigin(full, 0, 0))];
            return false;
        }

        options = options with { Source = full, Includes = options.Includes ?? new FileIncludeResolver(Path.GetDirectoryName(full)!, options.Limits) };
        if (FileIncludeResolver.FormatOf(full) == HoconFormat.Hocon)
            return TryParse(text, options, out config, out errors);
        return TryParseProperties(full, text, options, out config, out errors);
    }

    /// <summary>Parses a file and what it includes, and resolves it with the environment at once.</summary>
    /// <exception cref="HoconException">The file does not exist, cannot be read, is not HOCON, or has unresolved substitutions.</exception>
    public static Config Load(string path)
    {
        var config = ParseFile(path);
        return config.Resolve() is { Count: > 0 } errors ? throw new HoconException(errors) : config;
    }

    /// <summary>Parses a resource embedded in the assembly of a type.</summary>
    /// <exception cref="HoconException">There is no such resource, or it is not HOCON.</exception>
    public static Config FromResource<TAssembly>(string resourceName) => FromResource(resourceName, typeof(TAssembly).Assembly);

    /// <summary>Parses a resource embedded in an assembly; its includes name resources of the same assembly.</summary>
    /// <exception cref="HoconException">There is no such resource, or it is not HOCON.</exception>
    public static Config FromResource(string resourceName, Assembly assembly)
    {
        var options = HoconParseOptions.Default with { Source = resourceName, Includes = new ResourceIncludeResolver(assembly) };
        return FileIncludeResolver.TryRead(assembly.GetManifestResourceStream(resourceName), options.Limits, out var text, out var kind, out var reason)
            ? ParseString(text, options)
            : throw new HoconException(new HoconError(kind, reason, new HoconOrigin(resourceName, 0, 0)));
    }

    private static bool TryParseProperties(string name, string text, HoconParseOptions options, out Config config, out IReadOnlyList<HoconError> errors)
    {
        try
        {
            config = new Config(PropertiesParser.Parse(new ParseSession(options), new IncludedSource(name, text, HoconFormat.Properties)), options);
            errors = [];
            return true;
        }
        catch (HoconException wrong)
        {
            config = Config.Empty;
            errors = wrong.Errors;
            return false;
        }
    }
}
