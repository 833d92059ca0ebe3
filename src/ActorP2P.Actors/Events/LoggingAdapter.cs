namespace ActorP2P.Actors.Event;

/// <summary>Writes log events on behalf of one source. Ask for the level first when the arguments are dear.</summary>
public interface ILoggingAdapter
{
    /// <summary>Whether debug events are wanted.</summary>
    bool IsDebugEnabled { get; }

    /// <summary>Whether info events are wanted.</summary>
    bool IsInfoEnabled { get; }

    /// <summary>Whether warnings are wanted.</summary>
    bool IsWarningEnabled { get; }

    /// <summary>Whether errors are wanted.</summary>
    bool IsErrorEnabled { get; }

    /// <summary>Whether events of that level are wanted.</summary>
    bool IsEnabled(LogLevel logLevel);

    /// <summary>Publishes an event if its level is wanted.</summary>
    void Log(LogLevel logLevel, Exception? cause, LogMessage message);

    /// <summary>Publishes an event if its level is wanted.</summary>
    void Log(LogLevel logLevel, Exception? cause, string format);
}

/// <summary>A logger that wants nothing.</summary>
public sealed class NoLogger : ILoggingAdapter
{
    private NoLogger()
    {
    }

    /// <summary>The only one.</summary>
    public static ILoggingAdapter Instance { get; } = new NoLogger();

    /// <inheritdoc/>
    public bool IsDebugEnabled => false;

    /// <inheritdoc/>
    public bool IsInfoEnabled => false;

    /// <inheritdoc/>
    public bool IsWarningEnabled => false;

    /// <inheritdoc/>
    public bool IsErrorEnabled => false;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => false;

    /// <inheritdoc/>
    public void Log(LogLevel logLevel, Exception? cause, LogMessage message)
    {
    }

    /// <inheritdoc/>
    public void Log(LogLevel logLevel, Exception? cause, string format)
    {
    }
}

/// <summary>Publishes on the event stream.</summary>
internal sealed class BusLogging(EventStream bus, string source, Type sourceType) : ILoggingAdapter
{
    public bool IsDebugEnabled => bus.LogLevel <= LogLevel.DebugLevel;

    public bool IsInfoEnabled => bus.LogLevel <= LogLevel.InfoLevel;

    public bool IsWarningEnabled => bus.LogLevel <= LogLevel.WarningLevel;

    public bool IsErrorEnabled => bus.LogLevel <= LogLevel.ErrorLevel;

    public bool IsEnabled(LogLevel logLevel) => bus.LogLevel <= logLevel;

    public void Log(LogLevel logLevel, Exception? cause, LogMessage message) => Publish(logLevel, cause, message);

    public void Log(LogLevel logLevel, Exception? cause, string format) => Publish(logLevel, cause, format);

    private void Publish(LogLevel logLevel, Exception? cause, object message)
    {
        if (!IsEnabled(logLevel))
            return;
        LogEvent logEvent = logLevel switch
        {
            LogLevel.DebugLevel => new Debug(cause, source, sourceType, message),
            LogLevel.InfoLevel => new Info(cause, source, sourceType, message),
            LogLevel.WarningLevel => new Warning(cause, source, sourceType, message),
            _ => new Error(cause, source, sourceType, message),
        };
        bus.Publish(logEvent);
    }
}

/// <summary>Where loggers come from.</summary>
public static class Logging
{
    /// <summary>A logger whose source is the running actor.</summary>
    public static ILoggingAdapter GetLogger(this IActorContext context) =>
        new BusLogging(context.System.EventStream, context.Self.Path.ToString(), context.Props.Type);

    /// <summary>A logger whose source is text, a type, an actor or any object.</summary>
    public static ILoggingAdapter GetLogger(ActorSystem system, object logSourceObj) =>
        GetLogger(system.EventStream, logSourceObj, system.Name);

    /// <summary>A logger for a bus.</summary>
    public static ILoggingAdapter GetLogger(EventStream loggingBus, object logSourceObj) => GetLogger(loggingBus, logSourceObj, null);

    /// <summary>Reads a level's name as it stands in settings: DEBUG, INFO, WARNING, ERROR, OFF. Others throw <see cref="ArgumentException"/>.</summary>
    public static LogLevel LogLevelFor(string logLevel) => logLevel.ToUpperInvariant() switch
    {
        "DEBUG" => LogLevel.DebugLevel,
        "INFO" => LogLevel.InfoLevel,
        "WARNING" => LogLevel.WarningLevel,
        "ERROR" => LogLevel.ErrorLevel,
        "OFF" => Off,
        _ => throw new ArgumentException($"Unknown LogLevel: \"{logLevel}\". Valid values are: DEBUG, INFO, WARNING, ERROR, OFF.", nameof(logLevel)),
    };

    internal const LogLevel Off = (LogLevel)int.MaxValue;

    private static BusLogging GetLogger(EventStream bus, object source, string? system) => source switch
    {
        string text => new BusLogging(bus, system is null ? text : $"{text}({system})", typeof(Logging)),
        Type type => new BusLogging(bus, type.Name, type),
        IActorContext context => new BusLogging(bus, context.Self.Path.ToString(), context.Props.Type),
        IActorRef actor => new BusLogging(bus, actor.Path.ToString(), typeof(IActorRef)),
        _ => new BusLogging(bus, source.GetType().Name, source.GetType()),
    };
}
