using System.Diagnostics;
using System.Linq.Expressions;
using ActorP2P.Actors.Event;
using ActorP2P.Hocon;

namespace ActorP2P.Actors.TestKit;

/// <summary>A test whose tells have no sender; without it the test actor is the implicit sender.</summary>
public interface INoImplicitSender
{
}

/// <summary>
/// A test actor and what a test can expect of it, independent of the test framework. Synchronous forms block the test's
/// thread for at most their time limit; asynchronous forms block nothing. Time limits without a value come from
/// <c>akka.test</c> in the settings; within <c>Within</c> they are what remains of it.
/// </summary>
public abstract partial class TestKitBase : IActorRefFactory
{
    private static readonly Config TestDefaults = ConfigurationFactory.ParseString("""
        akka {
          # Tests read what is logged through EventFilter; on the console it would drown the result.
          loggers = []
          test {
            # Scales all time limits, for slow machines.
            timefactor = 1.0
            # How long EventFilter waits for the expected events.
            filter-leeway = 3s
            # Time limit of an expectation that does not say.
            single-expect-default = 3s
            # Silence that ExpectNoMsg waits for when it does not say.
            expect-no-message-default = 100ms
            # Time limit of everything else.
            default-timeout = 5s
          }
        }
        """);

    private static int _probes;

    private readonly TestMessageQueue _queue = new();
    private Envelope? _lastMessage;
    private TimeSpan? _end;
    private bool _lastWasNoMessage;

    /// <summary>A kit on a system; null makes one.</summary>
    protected TestKitBase(ITestKitAssertions assertions, ActorSystem? system = null, string? testActorName = null)
        : this(assertions, system, null, null, testActorName)
    {
    }

    /// <summary>A kit on a system of its own.</summary>
    protected TestKitBase(ITestKitAssertions assertions, Config config, string? actorSystemName = null, string? testActorName = null)
        : this(assertions, null, ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config)), actorSystemName, testActorName)
    {
    }

    /// <summary>A kit on a system of its own.</summary>
    protected TestKitBase(ITestKitAssertions assertions, ActorSystemSetup setup, string? actorSystemName = null, string? testActorName = null)
        : this(assertions, null, setup, actorSystemName, testActorName)
    {
    }

    private TestKitBase(ITestKitAssertions assertions, ActorSystem? system, ActorSystemSetup? setup, string? actorSystemName, string? testActorName)
    {
        Assertions = assertions;
        Sys = system ?? CreateSystem(setup, actorSystemName);
        TestKitSettings = new TestKitSettings(Sys.Settings.Config.WithFallback(TestDefaults));
        Log = Logging.GetLogger(Sys, GetType());
        EventFilter = new EventFilterFactory(this, Sys, []);
        TestActor = StartTestActor(testActorName ?? $"testActor{Interlocked.Increment(ref _probes)}");
        if (this is not INoImplicitSender)
            ImplicitSender.Install(TestActor);
    }

    /// <summary>The settings of a test's system where it sets none.</summary>
    public static Config DefaultConfig => TestDefaults;

    /// <summary>Logs everything the engine does.</summary>
    public static Config FullDebugConfig { get; } = ConfigurationFactory.ParseString(
        "akka { loglevel = DEBUG, actor.debug { receive = on, autoreceive = on, lifecycle = on, unhandled = on } }");

    /// <summary>The system under test.</summary>
    public ActorSystem Sys { get; }

    /// <summary>The actor whose messages this kit expects.</summary>
    public IActorRef TestActor { get; }

    /// <summary>For counting log events.</summary>
    public EventFilterFactory EventFilter { get; }

    /// <summary>The time limits.</summary>
    public TestKitSettings TestKitSettings { get; }

    /// <summary>A logger for the test itself.</summary>
    public ILoggingAdapter Log { get; }

    /// <summary>Whether something waits to be expected.</summary>
    public bool HasMessages => _queue.HasMessages;

    /// <summary>The message expected last; null when the last expectation was silence.</summary>
    public object? LastMessage => _lastMessage?.Message;

    /// <summary>Who sent it.</summary>
    public IActorRef LastSender => _lastMessage?.Sender ?? Sys.DeadLetters;

    /// <summary>What remains of the enclosing <c>Within</c>. Throws <see cref="InvalidOperationException"/> outside of one.</summary>
    public TimeSpan Remaining => _end is { } end
        ? Positive(end - Now)
        : throw new InvalidOperationException("Remaining may not be called outside of \"within\"");

    /// <summary>What remains of the enclosing <c>Within</c>, or the default limit.</summary>
    public TimeSpan RemainingOrDefault => RemainingOr(Dilated(TestKitSettings.SingleExpectDefault));

    internal ITestKitAssertions Assertions { get; }

    /// <summary>Monotonic time, by which limits are measured.</summary>
    public static TimeSpan Now => Stopwatch.GetElapsedTime(0);

    /// <summary>A time scaled by <c>akka.test.timefactor</c>.</summary>
    public TimeSpan Dilated(TimeSpan duration) => duration == Timeout.InfiniteTimeSpan ? duration : duration * TestKitSettings.TestTimeFactor;

    /// <summary>The given limit scaled, or the default one, but not more than what remains of <c>Within</c>.</summary>
    public TimeSpan RemainingOrDilated(TimeSpan? duration) => duration is { } given
        ? _end is { } end && given != Timeout.InfiniteTimeSpan ? Min(Dilated(given), Positive(end - Now)) : Dilated(given)
        : RemainingOrDefault;

    /// <summary>The given limit scaled, or the default one, but not more than what remains of <c>Within</c>.</summary>
    public TimeSpan GetTimeoutOrDefault(TimeSpan? timeout) => RemainingOrDilated(timeout);

    /// <summary>One more actor whose messages this kit expects.</summary>
    public IActorRef CreateTestActor(string name) => StartTestActor(name);

    /// <summary>A probe of its own queue and expectations.</summary>
    public virtual TestProbe CreateTestProbe(string? name = null) => CreateTestProbe(Sys, name);

    /// <summary>A probe in another system.</summary>
    public virtual TestProbe CreateTestProbe(ActorSystem system, string? name = null) => new(system, Assertions, name);

    /// <summary>A latch that opens after as many counts.</summary>
    public virtual TestLatch CreateTestLatch(int count = 1) => new(Dilated, TestKitSettings.DefaultTimeout, count);

    /// <summary>A barrier for as many threads.</summary>
    public TestBarrier CreateTestBarrier(int count) => new(this, count);

    /// <summary>A filter factory for the events of another system.</summary>
    public EventFilterFactory CreateEventFilter(ActorSystem system) => new(this, system, []);

    /// <inheritdoc/>
    public IActorRef ActorOf(Props props, string? name = null) => Sys.ActorOf(props, name);

    /// <summary>Creates an actor from a <c>new</c> expression.</summary>
    public IActorRef ActorOf<TActor>(Expression<Func<TActor>> factory, string? name = null)
        where TActor : ActorBase => Sys.ActorOf(Props.Create(factory), name);

    /// <summary>Creates an actor that has a constructor without arguments.</summary>
    public IActorRef ActorOf<TActor>(string? name = null)
        where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>(), name);

    /// <inheritdoc/>
    public ActorSelection ActorSelection(ActorPath actorPath) => Sys.ActorSelection(actorPath);

    /// <inheritdoc/>
    public ActorSelection ActorSelection(string actorPath) => Sys.ActorSelection(actorPath);

    /// <summary>A path from an actor on.</summary>
    public ActorSelection ActorSelection(IActorRef anchorRef, string actorPath) => new(anchorRef, actorPath);

    /// <summary>Has the test actor watch an actor.</summary>
    public IActorRef Watch(IActorRef actorToWatch)
    {
        var request = new InternalTestActor.WatchRequest(actorToWatch, new TaskCompletionSource());
        TestActor.Tell(request, ActorRefs.NoSender);
        request.Done.Task.GetAwaiter().GetResult();
        return actorToWatch;
    }

    /// <summary>Has the test actor watch an actor.</summary>
    public async Task<IActorRef> WatchAsync(IActorRef actorToWatch)
    {
        var request = new InternalTestActor.WatchRequest(actorToWatch, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        TestActor.Tell(request, ActorRefs.NoSender);
        await request.Done.Task;
        return actorToWatch;
    }

    /// <summary>Takes a watch back.</summary>
    public IActorRef Unwatch(IActorRef actorToUnwatch)
    {
        var request = new InternalTestActor.UnwatchRequest(actorToUnwatch, new TaskCompletionSource());
        TestActor.Tell(request, ActorRefs.NoSender);
        request.Done.Task.GetAwaiter().GetResult();
        return actorToUnwatch;
    }

    /// <summary>Takes a watch back.</summary>
    public async Task<IActorRef> UnwatchAsync(IActorRef actorToUnwatch)
    {
        var request = new InternalTestActor.UnwatchRequest(actorToUnwatch, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        TestActor.Tell(request, ActorRefs.NoSender);
        await request.Done.Task;
        return actorToUnwatch;
    }

    /// <summary>Drops messages that fulfil the predicate from now on.</summary>
    public void IgnoreMessages(Func<object, bool> shouldIgnoreMessage) =>
        TestActor.Tell(new InternalTestActor.SetIgnore(shouldIgnoreMessage), ActorRefs.NoSender);

    /// <summary>Drops messages of a type from now on.</summary>
    public void IgnoreMessages<T>() => IgnoreMessages(static message => message is T);

    /// <summary>Drops messages of a type that fulfil the predicate from now on.</summary>
    public void IgnoreMessages<T>(Func<T, bool> shouldIgnoreMessage) => IgnoreMessages(message => message is T typed && shouldIgnoreMessage(typed));

    /// <summary>Drops nothing from now on.</summary>
    public void IgnoreNoMessages() => TestActor.Tell(new InternalTestActor.SetIgnore(null), ActorRefs.NoSender);

    /// <summary>Has a pilot react to each message.</summary>
    public void SetAutoPilot(AutoPilot pilot) => TestActor.Tell(new InternalTestActor.SetPilot(pilot), ActorRefs.NoSender);

    /// <summary>Terminates the system and waits for its end; that it does not end is a failure only when <paramref name="verifySystemShutdown"/> is set.</summary>
    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false) => Shutdown(Sys, duration, verifySystemShutdown);

    /// <summary>Terminates a system and waits for its end; that it does not end is a failure only when <paramref name="verifySystemShutdown"/> is set.</summary>
    public virtual void Shutdown(ActorSystem system, TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        system ??= Sys;
        if (ReferenceEquals(system, Sys))
            ImplicitSender.Remove(TestActor);
        var limit = duration ?? Dilated(TestKitSettings.DefaultTimeout);
        var ended = Task.WhenAny(system.Terminate(), Task.Delay(limit)).GetAwaiter().GetResult() == system.WhenTerminated;
        if (!ended && verifySystemShutdown)
            throw new TimeoutException($"Failed to stop [{system.Name}] within [{limit}]");
    }

    /// <summary>What remains of the enclosing <c>Within</c>, or that time.</summary>
    public TimeSpan RemainingOr(TimeSpan duration) => _end is { } end ? Positive(end - Now) : duration;

    internal static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    internal static T Completed<T>(ValueTask<T> task) => task.GetAwaiter().GetResult();

    internal static void Completed(ValueTask task) => task.GetAwaiter().GetResult();

    private IActorRef StartTestActor(string name)
    {
        var queue = _queue;
        return ((ExtendedActorSystem)Sys).SystemActorOf(
            Props.Create(() => new InternalTestActor(queue)).WithDispatcher(Dispatchers.CallingThreadDispatcherId), name);
    }

    private static TimeSpan Positive(TimeSpan time) => time < TimeSpan.Zero ? TimeSpan.Zero : time;

    private static ActorSystem CreateSystem(ActorSystemSetup? setup, string? name)
    {
        setup ??= ActorSystemSetup.Empty;
        var config = setup.Get<BootstrapSetup>()?.Config;
        return ActorSystem.Create(name ?? "test", setup.And(BootstrapSetup.Create().WithConfig(config?.WithFallback(TestDefaults) ?? TestDefaults)));
    }
}
