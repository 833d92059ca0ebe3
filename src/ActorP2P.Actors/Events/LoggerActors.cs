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
            var listener = system.SystemActorOf(Props.Create<DeadLetterListener>(), "deadLetterListener");
            system.EventStream.Subscribe(listener, typeof(DeadLetter));
            system.EventStream.Subscribe(listener, typeof(Dropped));
            system.EventStream.Subscribe(listener, typeof(UnhandledMessage));
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

/// <summary>Logs the first dead letters, then falls silent: a flood of them must not become a flood of log.</summary>
internal sealed class DeadLetterListener : UntypedActor
{
    private int _logged;

    protected override void OnReceive(object message)
    {
        var system = (ActorSystemImpl)Context.System;
        switch (message)
        {
            case UnhandledMessage unhandled:
                if (system.Settings.DebugUnhandledMessage)
                    system.EventStream.Publish(new Debug(unhandled.Recipient.Path.ToString(), unhandled.Recipient.GetType(), $"Unhandled message from {unhandled.Sender} : {unhandled.Message}"));
                break;
            case AllDeadLetters dead:
                Report(system, dead);
                break;
        }
    }

    private void Report(ActorSystemImpl system, AllDeadLetters dead)
    {
        if (_logged >= system.Settings.LogDeadLetters || (system.IsTerminating && !system.Settings.LogDeadLettersDuringShutdown))
            return;
        _logged++;
        var last = _logged == system.Settings.LogDeadLetters ? ", no more dead letters will be logged" : "";
        var reason = dead is Dropped dropped ? $" ({dropped.Reason})" : "";
        system.EventStream.Publish(new Info(
            dead.Recipient.Path.ToString(),
            dead.Recipient.GetType(),
            $"Message [{dead.Message.GetType().Name}] from {dead.Sender} to {dead.Recipient} was not delivered{reason}. [{_logged}] dead letters encountered{last}. See akka.log-dead-letters."));
    }
}
