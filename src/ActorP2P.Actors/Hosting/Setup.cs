using ActorP2P.Hocon;
using Microsoft.Extensions.Logging;

namespace ActorP2P.Actors;

/// <summary>Something a system is given at its start besides HOCON.</summary>
public abstract class Setup
{
    /// <summary>This and another one together.</summary>
    public ActorSystemSetup And(Setup other) => ActorSystemSetup.Create(this, other);
}

/// <summary>The HOCON settings of a system.</summary>
public sealed class BootstrapSetup : Setup
{
    private BootstrapSetup(Config? config) => Config = config;

    /// <summary>The settings, null for default ones.</summary>
    public Config? Config { get; }

    /// <summary>Default settings.</summary>
    public static BootstrapSetup Create() => new(null);

    /// <summary>With settings.</summary>
    public BootstrapSetup WithConfig(Config config) => new(config);

    /// <summary>With settings for what is not set yet.</summary>
    public BootstrapSetup WithConfigFallback(Config config) => new(Config?.WithFallback(config) ?? config);
}

/// <summary>Has the system log through <c>Microsoft.Extensions.Logging</c>, in place of the configured loggers.</summary>
public sealed class LoggerFactorySetup(ILoggerFactory loggerFactory) : Setup
{
    /// <summary>Makes the loggers.</summary>
    public ILoggerFactory LoggerFactory { get; } = loggerFactory;
}

/// <summary>Several set-ups, at most one of a kind.</summary>
public sealed class ActorSystemSetup
{
    private readonly Dictionary<Type, Setup> _setups;

    private ActorSystemSetup(IEnumerable<Setup> setups)
    {
        _setups = [];
        foreach (var setup in setups)
            _setups[setup.GetType()] = setup;
    }

    /// <summary>None.</summary>
    public static ActorSystemSetup Empty { get; } = new([]);

    /// <summary>Of these; a later one replaces an earlier one of its kind.</summary>
    public static ActorSystemSetup Create(params Setup[] setups) => new(setups);

    /// <summary>The one of a kind, or null.</summary>
    public T? Get<T>()
        where T : Setup => (T?)_setups.GetValueOrDefault(typeof(T));

    /// <summary>With one more.</summary>
    public ActorSystemSetup And(Setup setup) => new([.. _setups.Values, setup]);

    /// <summary>With one more.</summary>
    public ActorSystemSetup WithSetup(Setup setup) => And(setup);
}
