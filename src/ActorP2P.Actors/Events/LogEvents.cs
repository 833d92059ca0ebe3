namespace ActorP2P.Actors.Event;

/// <summary>How much a log event matters.</summary>
public enum LogLevel
{
    /// <summary>For finding faults.</summary>
    DebugLevel,

    /// <summary>For following what happens.</summary>
    InfoLevel,

    /// <summary>Something to look at.</summary>
    WarningLevel,

    /// <summary>Something failed.</summary>
    ErrorLevel,
}

/// <summary>One line of log, published on the event stream.</summary>
public abstract class LogEvent(Exception? cause, string logSource, Type? logClass, object? message)
{
    /// <summary>The exception, null when there is none.</summary>
    public Exception? Cause { get; } = cause;

    /// <summary>When, UTC.</summary>
    public DateTime Timestamp { get; internal set; } = DateTime.UtcNow;

    /// <summary>On which managed thread.</summary>
    public int ThreadId { get; } = Environment.CurrentManagedThreadId;

    /// <summary>Who: mostly the actor's path.</summary>
    public string LogSource { get; } = logSource;

    /// <summary>The class of who; null when not known.</summary>
    public Type? LogClass { get; } = logClass;

    /// <summary>What: text, or a <see cref="LogMessage"/> that is formatted when somebody reads it.</summary>
    public object? Message { get; } = message;

    /// <summary>How much it matters.</summary>
    public abstract LogLevel LogLevel();

    /// <inheritdoc/>
    public override string ToString() =>
        $"[{LogLevel().ToString()[..^5].ToUpperInvariant()}][{Timestamp:yyyy-MM-ddTHH:mm:ss.fffZ}][Thread {ThreadId:0000}][{LogSource}] {Message}"
        + (Cause is null ? "" : $"{Environment.NewLine}Cause: {Cause}");
}

/// <summary>At debug level.</summary>
public class Debug(Exception? cause, string logSource, Type? logClass, object? message) : LogEvent(cause, logSource, logClass, message)
{
    /// <summary>Without a cause.</summary>
    public Debug(string logSource, Type? logClass, object? message)
        : this(null, logSource, logClass, message)
    {
    }

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.DebugLevel;
}

/// <summary>At info level.</summary>
public class Info(Exception? cause, string logSource, Type? logClass, object? message) : LogEvent(cause, logSource, logClass, message)
{
    /// <summary>Without a cause.</summary>
    public Info(string logSource, Type? logClass, object? message)
        : this(null, logSource, logClass, message)
    {
    }

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.InfoLevel;
}

/// <summary>At warning level.</summary>
public class Warning(Exception? cause, string logSource, Type? logClass, object? message) : LogEvent(cause, logSource, logClass, message)
{
    /// <summary>Without a cause.</summary>
    public Warning(string logSource, Type? logClass, object? message)
        : this(null, logSource, logClass, message)
    {
    }

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.WarningLevel;
}

/// <summary>At error level.</summary>
public class Error(Exception? cause, string logSource, Type? logClass, object? message) : LogEvent(cause, logSource, logClass, message)
{
    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.ErrorLevel;
}

/// <summary>A format and its arguments, put together only when the text is wanted.</summary>
public sealed class LogMessage(string format, params object?[] args)
{
    /// <summary>Composite format (<c>{0}</c>) or template with names (<c>{Peer}</c>), filled in order.</summary>
    public string Format { get; } = format;

    /// <summary>The arguments.</summary>
    public IReadOnlyList<object?> Args { get; } = args;

    /// <inheritdoc/>
    public override string ToString() => LogTemplate.Render(Format, args);
}

/// <summary>Asks a logger actor to start; it answers with <see cref="LoggerInitialized"/>.</summary>
public class InitializeLogger(EventStream loggingBus)
{
    /// <summary>Where the events come from.</summary>
    public EventStream LoggingBus { get; } = loggingBus;
}

/// <summary>A logger's answer to <see cref="InitializeLogger"/>.</summary>
public class LoggerInitialized;
