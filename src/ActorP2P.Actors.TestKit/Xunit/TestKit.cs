using System.Globalization;
using ActorP2P.Actors.Event;
using ActorP2P.Hocon;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace ActorP2P.Actors.TestKit;

/// <summary>The kit for xunit: derive a test class from it. The system ends with the test.</summary>
public class TestKit : TestKitBase, IDisposable
{
    private static readonly XunitAssertions XunitFails = new();

    private bool _disposed;

    /// <summary>On a system; null makes one. Log events go to the output, if given.</summary>
    public TestKit(ActorSystem? system = null, ITestOutputHelper? output = null)
        : base(XunitFails, system)
    {
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>On a system of its own.</summary>
    public TestKit(ActorSystemSetup config, string? actorSystemName = null, ITestOutputHelper? output = null)
        : base(XunitFails, config, actorSystemName)
    {
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>On a system of its own.</summary>
    public TestKit(Config config, string? actorSystemName = null, ITestOutputHelper? output = null)
        : base(XunitFails, config, actorSystemName)
    {
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>On a system of its own, from HOCON text.</summary>
    public TestKit(string config, ITestOutputHelper? output = null)
        : base(XunitFails, ConfigurationFactory.ParseString(config))
    {
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>Where log events go; null when nowhere.</summary>
    protected ITestOutputHelper? Output { get; }

    /// <summary>Ends the system.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Called when the test is over, before its system ends.</summary>
    protected virtual void AfterAll()
    {
    }

    /// <summary>Ends the system, once.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (_disposed || !disposing)
            return;
        _disposed = true;
        try
        {
            AfterAll();
        }
        finally
        {
            Shutdown();
        }
    }

    /// <summary>Sends the log events of a system to the output, if there is one.</summary>
    protected void InitializeLogger(ActorSystem system)
    {
        if (Output is not { } output)
            return;
        var logger = ((ExtendedActorSystem)system).SystemActorOf(Props.Create(() => new TestOutputLogger(output)), "log-test");
        system.EventStream.Subscribe(logger, typeof(LogEvent));
    }

    private sealed class TestOutputLogger(ITestOutputHelper output) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is not LogEvent logEvent)
                return;
            try
            {
                output.WriteLine(logEvent.ToString());
            }
            catch (InvalidOperationException)
            {
                // The test is over; xunit takes no more output from it.
            }
        }
    }
}

/// <summary>Fails tests the way xunit does.</summary>
public class XunitAssertions : ITestKitAssertions
{
    /// <inheritdoc/>
    public void Fail(string format = "", params object?[] args) => throw FailException.ForFailure(Text(format, args));

    /// <inheritdoc/>
    public void AssertTrue(bool condition, string format = "", params object?[] args)
    {
        if (!condition)
            Fail(format, args);
    }

    /// <inheritdoc/>
    public void AssertFalse(bool condition, string format = "", params object?[] args) => AssertTrue(!condition, format, args);

    /// <inheritdoc/>
    public void AssertEqual<T>(T expected, T actual, Func<T, T, bool> comparer, string format = "", params object?[] args)
    {
        if (!comparer(expected, actual))
            throw EqualException.ForMismatchedValues(expected, actual, Text(format, args));
    }

    /// <inheritdoc/>
    public void AssertEqual<T>(T expected, T actual, string format = "", params object?[] args)
    {
        try
        {
            Assert.Equal(expected, actual);
        }
        catch (EqualException e) when (format.Length > 0)
        {
            throw FailException.ForFailure($"{Text(format, args)}{Environment.NewLine}{e.Message}");
        }
    }

    private static string Text(string format, object?[] args) => args.Length == 0 ? format : string.Format(CultureInfo.InvariantCulture, format, args);
}
