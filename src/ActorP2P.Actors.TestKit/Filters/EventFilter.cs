using System.Text.RegularExpressions;
using ActorP2P.Actors.Event;

namespace ActorP2P.Actors.TestKit;

/// <summary>Says which log events a test expects. Arguments left out do not restrict.</summary>
public sealed class EventFilterFactory
{
    private readonly TestKitBase _testkit;
    private readonly ActorSystem _system;
    private readonly IReadOnlyList<EventPredicate> _filters;

    /// <summary>For the events of a kit's system.</summary>
    public EventFilterFactory(TestKitBase testkit)
        : this(testkit, testkit.Sys)
    {
    }

    /// <summary>For the events of another system.</summary>
    public EventFilterFactory(TestKitBase testkit, ActorSystem system)
        : this(testkit, system, [])
    {
    }

    internal EventFilterFactory(TestKitBase testkit, ActorSystem system, IReadOnlyList<EventPredicate> filters)
    {
        _testkit = testkit;
        _system = system;
        _filters = filters;
    }

    /// <summary>Errors with that cause.</summary>
    public IEventFilterApplier Exception<TException>(string? message = null, string? start = null, string? contains = null, string? source = null)
        where TException : Exception => Exception(typeof(TException), message, start, contains, source);

    /// <summary>Errors with that cause.</summary>
    public IEventFilterApplier Exception<TException>(Regex pattern, string? source = null)
        where TException : Exception =>
        Apply(e => e is Error { Cause: TException } && pattern.IsMatch(Text(e)) && SourceFits(e, source), $"{typeof(TException).Name} {pattern}");

    /// <summary>Errors with that cause, or, on request, with it among the inner exceptions.</summary>
    public IEventFilterApplier Exception(Type exceptionType, string? message = null, string? start = null, string? contains = null, string? source = null, bool checkInnerExceptions = false) =>
        Apply(
            e => e is Error { Cause: { } cause } && CauseFits(cause, exceptionType, checkInnerExceptions)
                && (TextFits(Text(e), message, start, contains) || TextFits(cause.Message, message, start, contains)) && SourceFits(e, source),
            $"{exceptionType.Name} {message ?? start ?? contains}");

    /// <summary>Errors with that cause, or, on request, with it among the inner exceptions.</summary>
    public IEventFilterApplier Exception(Type exceptionType, Regex pattern, string? source = null, bool checkInnerExceptions = false) =>
        Apply(
            e => e is Error { Cause: { } cause } && CauseFits(cause, exceptionType, checkInnerExceptions)
                && (pattern.IsMatch(Text(e)) || pattern.IsMatch(cause.Message)) && SourceFits(e, source),
            $"{exceptionType.Name} {pattern}");

    /// <summary>Errors.</summary>
    public IEventFilterApplier Error(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        ForLogLevel(LogLevel.ErrorLevel, message, start, contains, source);

    /// <summary>Warnings.</summary>
    public IEventFilterApplier Warning(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        ForLogLevel(LogLevel.WarningLevel, message, start, contains, source);

    /// <summary>Info events.</summary>
    public IEventFilterApplier Info(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        ForLogLevel(LogLevel.InfoLevel, message, start, contains, source);

    /// <summary>Debug events; the system must run with <c>akka.loglevel = DEBUG</c>.</summary>
    public IEventFilterApplier Debug(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        ForLogLevel(LogLevel.DebugLevel, message, start, contains, source);

    /// <summary>Errors.</summary>
    public IEventFilterApplier Error(Regex pattern, string? source = null) => ForLogLevel(LogLevel.ErrorLevel, pattern, source);

    /// <summary>Warnings.</summary>
    public IEventFilterApplier Warning(Regex pattern, string? source = null) => ForLogLevel(LogLevel.WarningLevel, pattern, source);

    /// <summary>Info events.</summary>
    public IEventFilterApplier Info(Regex pattern, string? source = null) => ForLogLevel(LogLevel.InfoLevel, pattern, source);

    /// <summary>Debug events.</summary>
    public IEventFilterApplier Debug(Regex pattern, string? source = null) => ForLogLevel(LogLevel.DebugLevel, pattern, source);

    /// <summary>Events of a level.</summary>
    public IEventFilterApplier ForLogLevel(LogLevel logLevel, string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Apply(e => e is LogEvent log && log.LogLevel() == logLevel && TextFits(Text(e), message, start, contains) && SourceFits(e, source), $"{logLevel} {message ?? start ?? contains}");

    /// <summary>Events of a level.</summary>
    public IEventFilterApplier ForLogLevel(LogLevel logLevel, Regex pattern, string? source = null) =>
        Apply(e => e is LogEvent log && log.LogLevel() == logLevel && pattern.IsMatch(Text(e)) && SourceFits(e, source), $"{logLevel} {pattern}");

    /// <summary>Dead letters.</summary>
    public IEventFilterApplier DeadLetter() => Apply(static e => e is DeadLetter, "DeadLetter");

    /// <summary>Dead letters with a message of that type.</summary>
    public IEventFilterApplier DeadLetter<TMessage>(string? source = null) => DeadLetter(typeof(TMessage), static _ => true, source);

    /// <summary>Dead letters with a message of that type that fulfils the predicate.</summary>
    public IEventFilterApplier DeadLetter<TMessage>(Func<TMessage, bool> isMatch, string? source = null) =>
        DeadLetter(typeof(TMessage), m => isMatch((TMessage)m), source);

    /// <summary>Dead letters with a message of that type.</summary>
    public IEventFilterApplier DeadLetter(Type type, string? source = null) => DeadLetter(type, static _ => true, source);

    /// <summary>Dead letters with a message of that type that fulfils the predicate.</summary>
    public IEventFilterApplier DeadLetter(Type type, Func<object, bool> isMatch, string? source = null) => Apply(
        e => e is DeadLetter dead && type.IsInstanceOfType(dead.Message) && isMatch(dead.Message) && (source is null || dead.Recipient.Path.ToString() == source),
        $"DeadLetter of {type.Name}");

    /// <summary>Log events that fulfil the predicate.</summary>
    public IEventFilterApplier Custom(Predicate<LogEvent> predicate) => Apply(e => e is LogEvent log && predicate(log), "custom");

    /// <summary>Log events of a type that fulfil the predicate.</summary>
    public IEventFilterApplier Custom<TLogEvent>(Predicate<TLogEvent> predicate)
        where TLogEvent : LogEvent => Apply(e => e is TLogEvent log && predicate(log), "custom");

    private static string Text(object e) => (e as LogEvent)?.Message?.ToString() ?? "";

    private static bool TextFits(string text, string? message, string? start, string? contains) =>
        (message is null || text == message)
        && (start is null || text.StartsWith(start, StringComparison.Ordinal))
        && (contains is null || text.Contains(contains, StringComparison.Ordinal));

    private static bool SourceFits(object e, string? source) => source is null || ((LogEvent)e).LogSource.StartsWith(source, StringComparison.Ordinal);

    private static bool CauseFits(Exception cause, Type type, bool inner) =>
        type.IsInstanceOfType(cause) || (inner && cause.InnerException is { } next && CauseFits(next, type, true));

    private EventFilterApplier Apply(Func<object, bool> matches, string description) =>
        new(_testkit, _system, [.. _filters, new EventPredicate(matches, description)]);
}

internal sealed record EventPredicate(Func<object, bool> Matches, string Description);
