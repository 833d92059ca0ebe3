using Microsoft.Extensions.Logging;

namespace ActorP2P.Actors.Event;

/// <summary>Starts the loggers that settings or set-up ask for, and the one that reports dead letters.</summary>
internal static class LoggerActors
{
    private const string ExtensionsLoggerName = "microsoft-extensions-logging";

    internal static void Start(ActorSystemImpl system, ActorSystemSetup? setup)
    {
        var factory = setup?.Get<LoggerFactorySetup>()?.LoggerFactory;
        var number = 0;
        if (system.Settings.MinimumLevel != Logging.Off)
        {
            foreach (var name in factory is null ? system.Settings.Loggers : [ExtensionsLoggerName])
            {
                var props = LoggerProps(name, factory);
                var logger = system.SystemActorOf(props, $"log{++number}-{props.Type.Name}");
                system.EventStream.Subscribe(logger, typeof(LogEvent));
                logger.Tell(new InitializeLogger(system.EventStream), system.IgnoreRef);
            }
        }

        if (system.Settings.LogDeadLetters > 0 || system.Settings.DebugUnhandledMessage)
        {
            // Subscribed before anybody can send: the first dead letter is often the one that matters.
            var listener = system.SystemActorOf(Props.Create<DeadLetterListener>(), "deadLetterListener");
            foreach (var type in new[] { typeof(DeadLetter), typeof(Dropped), typeof(UnhandledMessage) })
                system.EventStream.Subscribe(listener, type);
        }
    }

    private static Props LoggerProps(string name, ILoggerFactory? factory)
    {
        switch (name.Split(',')[0].Split('.')[^1])
        {
            case "DefaultLogger" or "StandardOutLogger" or "TraceLogger":
                return Props.Create<DefaultLogger>();
            case ExtensionsLoggerName or "LoggerFactoryLogger":
                return factory is null
                    ? throw new ConfigurationException($"akka.loggers: \"{name}\" needs an ILoggerFactory; pass a LoggerFactorySetup.")
                    : Props.Create(() => new ExtensionsLogger(factory));
        }

        return Type.GetType(name) is { } own && typeof(ActorBase).IsAssignableFrom(own)
            ? Props.Create(own)
            : throw new ConfigurationException($"akka.loggers: unknown logger type \"{name}\".");
    }
}

/// <summary>Writes log events to standard error, so that standard output stays the program's own.</summary>
public sealed class DefaultLogger : UntypedActor
{
    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LogEvent logEvent:
                Console.Error.WriteLine(logEvent);
                break;
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized(), Self);
                break;
        }
    }
}

/// <summary>Passes log events on to <c>Microsoft.Extensions.Logging</c>, a logger for each source class.</summary>
public sealed class ExtensionsLogger(ILoggerFactory factory) : UntypedActor
{
    private readonly Dictionary<Type, ILogger> _byClass = [];

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LogEvent logEvent:
                Write(logEvent);
                break;
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized(), Self);
                break;
        }
    }

    private void Write(LogEvent logEvent)
    {
        var source = logEvent.LogClass ?? typeof(ActorSystem);
        if (!_byClass.TryGetValue(source, out var logger))
            _byClass[source] = logger = factory.CreateLogger(source.FullName ?? source.Name);
        var level = logEvent.LogLevel() switch
        {
            LogLevel.DebugLevel => Microsoft.Extensions.Logging.LogLevel.Debug,
            LogLevel.InfoLevel => Microsoft.Extensions.Logging.LogLevel.Information,
            LogLevel.WarningLevel => Microsoft.Extensions.Logging.LogLevel.Warning,
            _ => Microsoft.Extensions.Logging.LogLevel.Error,
        };
        logger.Log(level, default, logEvent, logEvent.Cause, static (e, _) => $"[{e.LogSource}] {e.Message}");
    }
}
