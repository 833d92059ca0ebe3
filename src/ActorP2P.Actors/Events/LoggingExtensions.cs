namespace ActorP2P.Actors.Event;

/// <summary>A method for each level. The forms with up to four arguments cost nothing when the level is off: no boxing, no array.</summary>
public static class LoggingExtensions
{
    /// <summary>Logs text at any level.</summary>
    public static void Log(this ILoggingAdapter log, LogLevel level, string format) => log.Log(level, null, format);

    /// <summary>Logs at any level.</summary>
    public static void Log(this ILoggingAdapter log, LogLevel level, string format, params object?[] args)
    {
        if (log.IsEnabled(level))
            log.Log(level, null, new LogMessage(format, args));
    }

    /// <summary>Logs a cause at any level.</summary>
    public static void Log(this ILoggingAdapter log, LogLevel level, Exception? cause, string format, params object?[] args)
    {
        if (log.IsEnabled(level))
            log.Log(level, cause, new LogMessage(format, args));
    }

    /// <summary>Logs text at debug level.</summary>
    public static void Debug(this ILoggingAdapter log, string format)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, null, format);
    }

    /// <summary>Logs at debug level.</summary>
    public static void Debug<T1>(this ILoggingAdapter log, string format, T1 arg1)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, null, new LogMessage(format, arg1));
    }

    /// <summary>Logs at debug level.</summary>
    public static void Debug<T1, T2>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, null, new LogMessage(format, arg1, arg2));
    }

    /// <summary>Logs at debug level.</summary>
    public static void Debug<T1, T2, T3>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, null, new LogMessage(format, arg1, arg2, arg3));
    }

    /// <summary>Logs at debug level.</summary>
    public static void Debug<T1, T2, T3, T4>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, null, new LogMessage(format, arg1, arg2, arg3, arg4));
    }

    /// <summary>Logs at debug level.</summary>
    public static void Debug(this ILoggingAdapter log, string format, params object?[] args)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, null, new LogMessage(format, args));
    }

    /// <summary>Logs text at debug level with a cause.</summary>
    public static void Debug(this ILoggingAdapter log, Exception? cause, string format)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, cause, format);
    }

    /// <summary>Logs at debug level with a cause.</summary>
    public static void Debug<T1>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, cause, new LogMessage(format, arg1));
    }

    /// <summary>Logs at debug level with a cause.</summary>
    public static void Debug<T1, T2>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, cause, new LogMessage(format, arg1, arg2));
    }

    /// <summary>Logs at debug level with a cause.</summary>
    public static void Debug<T1, T2, T3>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, cause, new LogMessage(format, arg1, arg2, arg3));
    }

    /// <summary>Logs at debug level with a cause.</summary>
    public static void Debug<T1, T2, T3, T4>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, cause, new LogMessage(format, arg1, arg2, arg3, arg4));
    }

    /// <summary>Logs at debug level with a cause.</summary>
    public static void Debug(this ILoggingAdapter log, Exception? cause, string format, params object?[] args)
    {
        if (log.IsDebugEnabled)
            log.Log(LogLevel.DebugLevel, cause, new LogMessage(format, args));
    }

    /// <summary>Logs text at info level.</summary>
    public static void Info(this ILoggingAdapter log, string format)
    {
        if (log.IsInfoEnabled)
            log.Log(LogLevel.InfoLevel, null, format);
    }

    /// <summary>Logs at info level.</summary>
    public static void Info<T1>(this ILoggingAdapter log, string format, T1 arg1)
    {
        if (log.IsInfoEnabled)
            log.Log(LogLevel.InfoLevel, null, new LogMessage(format, arg1));
    }

    /// <summary>Logs at info level.</summary>
    public static void Info<T1, T2>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2)
    {
        if (log.IsInfoEnabled)
            log.Log(LogLevel.InfoLevel, null, new LogMessage(format, arg1, arg2));
    }

    /// <summary>Logs at info level.</summary>
    public static void Info<T1, T2, T3>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (log.IsInfoEnabled)
            log.Log(LogLevel.InfoLevel, null, new LogMessage(format, arg1, arg2, arg3));
    }

    /// <summary>Logs at info level.</summary>
    public static void Info<T1, T2, T3, T4>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
    {
        if (log.IsInfoEnabled)
            log.Log(LogLevel.InfoLevel, null, new LogMessage(format, arg1, arg2, arg3, arg4));
    }

    /// <summary>Logs at info level.</summary>
    public static void Info(this ILoggingAdapter log, string format, params object?[] args)
    {
        if (log.IsInfoEnabled)
            log.Log(LogLevel.InfoLevel, null, new LogMessage(format, args));
    }

    /// <summary>Logs text at info level with a cause.</summary>
    public static void Info(this ILoggingAdapter log, Exception? cause, string format)
    {
        if (log.IsInfoEnabled)
            log.Log(LogLevel.InfoLevel, cause, format);
    }

    /// <summary>Logs at info level with a cause.</summary>
    public static void Info<T1>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1)
    {
        if (log.IsInfoEnabled)
            log.Log(LogLevel.InfoLevel, cause, new LogMessage(format, arg1));
    }

    /// <summary>Logs at info level with a cause.</summary>
    public static void Info<T1, T2>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2)
    {
        if (log.IsInfoEnabled)
            log.Log(LogLevel.InfoLevel, cause, new LogMessage(format, arg1, arg2));
    }

    /// <summary>Logs at info level with a cause.</summary>
    public static void Info<T1, T2, T3>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (log.IsInfoEnabled)
            log.Log(LogLevel.InfoLevel, cause, new LogMessage(format, arg1, arg2, arg3));
    }

    /// <summary>Logs at info level with a cause.</summary>
    public static void Info<T1, T2, T3, T4>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
    {
        if (log.IsInfoEnabled)
            log.Log(LogLevel.InfoLevel, cause, new LogMessage(format, arg1, arg2, arg3, arg4));
    }

    /// <summary>Logs at info level with a cause.</summary>
    public static void Info(this ILoggingAdapter log, Exception? cause, string format, params object?[] args)
    {
        if (log.IsInfoEnabled)
            log.Log(LogLevel.InfoLevel, cause, new LogMessage(format, args));
    }

    /// <summary>Logs text at warning level.</summary>
    public static void Warning(this ILoggingAdapter log, string format)
    {
        if (log.IsWarningEnabled)
            log.Log(LogLevel.WarningLevel, null, format);
    }

    /// <summary>Logs at warning level.</summary>
    public static void Warning<T1>(this ILoggingAdapter log, string format, T1 arg1)
    {
        if (log.IsWarningEnabled)
            log.Log(LogLevel.WarningLevel, null, new LogMessage(format, arg1));
    }

    /// <summary>Logs at warning level.</summary>
    public static void Warning<T1, T2>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2)
    {
        if (log.IsWarningEnabled)
            log.Log(LogLevel.WarningLevel, null, new LogMessage(format, arg1, arg2));
    }

    /// <summary>Logs at warning level.</summary>
    public static void Warning<T1, T2, T3>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (log.IsWarningEnabled)
            log.Log(LogLevel.WarningLevel, null, new LogMessage(format, arg1, arg2, arg3));
    }

    /// <summary>Logs at warning level.</summary>
    public static void Warning<T1, T2, T3, T4>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
    {
        if (log.IsWarningEnabled)
            log.Log(LogLevel.WarningLevel, null, new LogMessage(format, arg1, arg2, arg3, arg4));
    }

    /// <summary>Logs at warning level.</summary>
    public static void Warning(this ILoggingAdapter log, string format, params object?[] args)
    {
        if (log.IsWarningEnabled)
            log.Log(LogLevel.WarningLevel, null, new LogMessage(format, args));
    }

    /// <summary>Logs text at warning level with a cause.</summary>
    public static void Warning(this ILoggingAdapter log, Exception? cause, string format)
    {
        if (log.IsWarningEnabled)
            log.Log(LogLevel.WarningLevel, cause, format);
    }

    /// <summary>Logs at warning level with a cause.</summary>
    public static void Warning<T1>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1)
    {
        if (log.IsWarningEnabled)
            log.Log(LogLevel.WarningLevel, cause, new LogMessage(format, arg1));
    }

    /// <summary>Logs at warning level with a cause.</summary>
    public static void Warning<T1, T2>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2)
    {
        if (log.IsWarningEnabled)
            log.Log(LogLevel.WarningLevel, cause, new LogMessage(format, arg1, arg2));
    }

    /// <summary>Logs at warning level with a cause.</summary>
    public static void Warning<T1, T2, T3>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (log.IsWarningEnabled)
            log.Log(LogLevel.WarningLevel, cause, new LogMessage(format, arg1, arg2, arg3));
    }

    /// <summary>Logs at warning level with a cause.</summary>
    public static void Warning<T1, T2, T3, T4>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
    {
        if (log.IsWarningEnabled)
            log.Log(LogLevel.WarningLevel, cause, new LogMessage(format, arg1, arg2, arg3, arg4));
    }

    /// <summary>Logs at warning level with a cause.</summary>
    public static void Warning(this ILoggingAdapter log, Exception? cause, string format, params object?[] args)
    {
        if (log.IsWarningEnabled)
            log.Log(LogLevel.WarningLevel, cause, new LogMessage(format, args));
    }

    /// <summary>Logs text at error level.</summary>
    public static void Error(this ILoggingAdapter log, string format)
    {
        if (log.IsErrorEnabled)
            log.Log(LogLevel.ErrorLevel, null, format);
    }

    /// <summary>Logs at error level.</summary>
    public static void Error<T1>(this ILoggingAdapter log, string format, T1 arg1)
    {
        if (log.IsErrorEnabled)
            log.Log(LogLevel.ErrorLevel, null, new LogMessage(format, arg1));
    }

    /// <summary>Logs at error level.</summary>
    public static void Error<T1, T2>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2)
    {
        if (log.IsErrorEnabled)
            log.Log(LogLevel.ErrorLevel, null, new LogMessage(format, arg1, arg2));
    }

    /// <summary>Logs at error level.</summary>
    public static void Error<T1, T2, T3>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (log.IsErrorEnabled)
            log.Log(LogLevel.ErrorLevel, null, new LogMessage(format, arg1, arg2, arg3));
    }

    /// <summary>Logs at error level.</summary>
    public static void Error<T1, T2, T3, T4>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
    {
        if (log.IsErrorEnabled)
            log.Log(LogLevel.ErrorLevel, null, new LogMessage(format, arg1, arg2, arg3, arg4));
    }

    /// <summary>Logs at error level.</summary>
    public static void Error(this ILoggingAdapter log, string format, params object?[] args)
    {
        if (log.IsErrorEnabled)
            log.Log(LogLevel.ErrorLevel, null, new LogMessage(format, args));
    }

    /// <summary>Logs text at error level with a cause.</summary>
    public static void Error(this ILoggingAdapter log, Exception? cause, string format)
    {
        if (log.IsErrorEnabled)
            log.Log(LogLevel.ErrorLevel, cause, format);
    }

    /// <summary>Logs at error level with a cause.</summary>
    public static void Error<T1>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1)
    {
        if (log.IsErrorEnabled)
            log.Log(LogLevel.ErrorLevel, cause, new LogMessage(format, arg1));
    }

    /// <summary>Logs at error level with a cause.</summary>
    public static void Error<T1, T2>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2)
    {
        if (log.IsErrorEnabled)
            log.Log(LogLevel.ErrorLevel, cause, new LogMessage(format, arg1, arg2));
    }

    /// <summary>Logs at error level with a cause.</summary>
    public static void Error<T1, T2, T3>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (log.IsErrorEnabled)
            log.Log(LogLevel.ErrorLevel, cause, new LogMessage(format, arg1, arg2, arg3));
    }

    /// <summary>Logs at error level with a cause.</summary>
    public static void Error<T1, T2, T3, T4>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
    {
        if (log.IsErrorEnabled)
            log.Log(LogLevel.ErrorLevel, cause, new LogMessage(format, arg1, arg2, arg3, arg4));
    }

    /// <summary>Logs at error level with a cause.</summary>
    public static void Error(this ILoggingAdapter log, Exception? cause, string format, params object?[] args)
    {
        if (log.IsErrorEnabled)
            log.Log(LogLevel.ErrorLevel, cause, new LogMessage(format, args));
    }
}
