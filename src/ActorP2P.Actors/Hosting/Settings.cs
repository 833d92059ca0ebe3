using ActorP2P.Actors.Event;
using ActorP2P.Hocon;

namespace ActorP2P.Actors;

/// <summary>The engine's settings, read once when the system starts. A wrong one throws <see cref="ConfigurationException"/>.</summary>
public sealed class Settings
{
    private static readonly Lazy<Config> Reference = new(static () =>
        ConfigurationFactory.FromResource("ActorP2P.Actors.reference.conf", typeof(Settings).Assembly));

    internal Settings(ActorSystem system, Config? config)
    {
        System = system;
        Config = config is null ? DefaultConfig : config.WithFallback(DefaultConfig);
        try
        {
            LogLevel = Config.GetString("akka.loglevel")!;
            MinimumLevel = Logging.LogLevelFor(LogLevel);
            Loggers = [.. Config.GetStringList("akka.loggers")];
            LogDeadLetters = ReadLogDeadLetters(Config);
            LogDeadLettersDuringShutdown = Config.GetBoolean("akka.log-dead-letters-during-shutdown");
            LogDeadLettersSuspendDuration = Config.GetTimeSpan("akka.log-dead-letters-suspend-duration");
            AskTimeout = Config.GetTimeSpan("akka.actor.ask-timeout");
            SupervisorStrategyClass = Config.GetString("akka.actor.guardian-supervisor-strategy")!;
            AddLoggingReceive = Config.GetBoolean("akka.actor.debug.receive");
            DebugAutoReceive = Config.GetBoolean("akka.actor.debug.autoreceive");
            DebugLifecycle = Config.GetBoolean("akka.actor.debug.lifecycle");
            DebugUnhandledMessage = Config.GetBoolean("akka.actor.debug.unhandled");
            SchedulerTick = Config.GetTimeSpan("akka.scheduler.tick-duration");
            SchedulerSlots = Config.GetInt("akka.scheduler.ticks-per-wheel");
        }
        catch (Exception e) when (e is HoconException or ArgumentException)
        {
            throw new ConfigurationException(e.Message, e);
        }

        if (SchedulerTick < TimeSpan.FromMilliseconds(1))
            throw new ConfigurationException("akka.scheduler.tick-duration must be at least 1ms.");
        if (SchedulerSlots is < 1 or > 1 << 20)
            throw new ConfigurationException("akka.scheduler.ticks-per-wheel must be between 1 and 1048576.");
    }

    /// <summary>What holds when nothing is configured.</summary>
    public static Config DefaultConfig => Reference.Value;

    /// <summary>Whose settings these are.</summary>
    public ActorSystem System { get; }

    /// <summary>All settings, the user's own included.</summary>
    public Config Config { get; }

    /// <summary>The configured level.</summary>
    public string LogLevel { get; }

    /// <summary>The configured loggers.</summary>
    public IReadOnlyList<string> Loggers { get; }

    /// <summary>Dead letters that are logged; <see cref="int.MaxValue"/> for all.</summary>
    public int LogDeadLetters { get; }

    /// <summary>Whether dead letters are logged while the system terminates.</summary>
    public bool LogDeadLettersDuringShutdown { get; }

    /// <summary>Silence of the log after that many dead letters; infinite when it lasts.</summary>
    public TimeSpan LogDeadLettersSuspendDuration { get; }

    /// <summary>For an Ask that does not say; not above zero means without limit.</summary>
    public TimeSpan AskTimeout { get; }

    /// <summary>The strategy of <c>/user</c>.</summary>
    public string SupervisorStrategyClass { get; }

    /// <summary>Whether messages to actors that are <see cref="ILogReceive"/> are logged.</summary>
    public bool AddLoggingReceive { get; }

    /// <summary>Whether messages that the engine handles itself are logged.</summary>
    public bool DebugAutoReceive { get; }

    /// <summary>Whether starts, restarts and stops are logged.</summary>
    public bool DebugLifecycle { get; }

    /// <summary>Whether unhandled messages are logged.</summary>
    public bool DebugUnhandledMessage { get; }

    internal LogLevel MinimumLevel { get; }

    internal TimeSpan SchedulerTick { get; }

    internal int SchedulerSlots { get; }

    private static int ReadLogDeadLetters(Config config) => config.GetString("akka.log-dead-letters")?.ToLowerInvariant() switch
    {
        "on" or "true" or "yes" => int.MaxValue,
        "off" or "false" or "no" => 0,
        _ => config.GetInt("akka.log-dead-letters"),
    };
}
