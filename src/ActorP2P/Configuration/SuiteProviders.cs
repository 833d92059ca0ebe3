using System.Reflection;
using ActorP2P.Protocol;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;

namespace ActorP2P;

/// <summary>
/// Loads the algorithms that <c>actorp2p.suites.providers</c> names: each provider once a process, so that several nodes
/// in one process may name the same. An assembly is looked for among the program's references, then beside the program.
/// </summary>
public static class SuiteProviders
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<Type, ISuiteProvider> Loaded = [];

    /// <summary>Makes a provider's curves and suites known; nothing happens when they are.</summary>
    /// <param name="typeName"><c>Namespace.Type, Assembly</c>.</param>
    /// <returns>Null, or one line that says why not.</returns>
    public static string? Load(string typeName)
    {
        ArgumentNullException.ThrowIfNull(typeName);
        var type = Find(typeName, out var detail);
        if (type is null)
        {
            return $"\"{typeName}\" cannot be loaded ({detail}): write \"Namespace.Type, Assembly\" and put the assembly beside the program";
        }

        if (!typeof(ISuiteProvider).IsAssignableFrom(type) || type.IsAbstract)
        {
            return $"\"{typeName}\" is no class that implements {nameof(ISuiteProvider)}";
        }

        lock (Gate)
        {
            return Register(type);
        }
    }

    /// <summary>Loads all, and reports what fails by its path.</summary>
    internal static void LoadAll(IReadOnlyList<string> typeNames, List<SettingsError> errors)
    {
        for (var i = 0; i < typeNames.Count; i++)
        {
            if (Load(typeNames[i]) is { } problem)
            {
                errors.Add(new SettingsError($"actorp2p.suites.providers.{i}", problem));
            }
        }
    }

    private static Type? Find(string typeName, out string detail)
    {
        try
        {
            detail = "no such assembly or type";
            return Type.GetType(typeName, FindAssembly, typeResolver: null, throwOnError: false);
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException or ArgumentException or TypeLoadException)
        {
            detail = exception.Message.ReplaceLineEndings(" ");
            return null;
        }
    }

    private static Assembly? FindAssembly(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (FileNotFoundException)
        {
            // A program finds by name only what it was built with; an operator's own assembly lies beside it.
            var file = Path.Combine(AppContext.BaseDirectory, $"{name.Name}.dll");
            return File.Exists(file) ? Assembly.LoadFrom(file) : null;
        }
    }

    private static string? Register(Type type)
    {
        try
        {
            if (!Loaded.TryGetValue(type, out var provider))
            {
                provider = (ISuiteProvider)Activator.CreateInstance(type)!;
            }

            foreach (var curve in provider.Curves)
            {
                if (!IdentityCurves.Register(curve))
                {
                    return $"{type} brings a curve \"{curve.Name}\", and another one has that name";
                }
            }

            foreach (var suite in provider.Suites)
            {
                if (!AeadSuites.Register(suite))
                {
                    return $"{type} brings a suite \"{suite.Name}\", and another one has that name";
                }
            }

            Loaded[type] = provider;
            return null;
        }
        catch (Exception exception)
        {
            // Somebody else's code, of which any exception may come: the node does not start, and says whose fault it is.
            var cause = exception is TargetInvocationException { InnerException: { } inner } ? inner : exception;
            return $"{type} failed: {cause.Message.ReplaceLineEndings(" ")}";
        }
    }
}
