using ActorP2P.Actors.Event;

namespace ActorP2P.Actors.TestKit;

/// <summary>Runs a piece of test and counts the events that fit the filter. Fewer in time, or more, fail the test.</summary>
public interface IEventFilterApplier
{
    /// <summary>For a filter that this one or the next may fit.</summary>
    EventFilterFactory And { get; }

    /// <summary>Exactly one.</summary>
    void ExpectOne(Action action, CancellationToken cancellationToken = default);

    /// <summary>Exactly one, within the time.</summary>
    void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default);

    /// <summary>Exactly one.</summary>
    T ExpectOne<T>(Func<T> func, CancellationToken cancellationToken = default);

    /// <summary>Exactly so many.</summary>
    void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default);

    /// <summary>Exactly so many, within the time.</summary>
    void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default);

    /// <summary>Exactly so many.</summary>
    T Expect<T>(int expectedCount, Func<T> func, CancellationToken cancellationToken = default);

    /// <summary>Exactly one.</summary>
    Task ExpectOneAsync(Action action, CancellationToken cancellationToken = default);

    /// <summary>Exactly one.</summary>
    Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default);

    /// <summary>Exactly one, within the time.</summary>
    Task ExpectOneAsync(TimeSpan timeout, Func<Task> actionAsync, CancellationToken cancellationToken = default);

    /// <summary>Exactly so many.</summary>
    Task ExpectAsync(int expectedCount, Action action, CancellationToken cancellationToken = default);

    /// <summary>Exactly so many.</summary>
    Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default);

    /// <summary>Exactly so many, within the time.</summary>
    Task ExpectAsync(int expectedCount, TimeSpan timeout, Func<Task> actionAsync, CancellationToken cancellationToken = default);

    /// <summary>Runs the action whatever fits.</summary>
    void Mute(Action action, CancellationToken cancellationToken = default);
}

internal sealed class EventFilterApplier(TestKitBase testkit, ActorSystem system, IReadOnlyList<EventPredicate> filters) : IEventFilterApplier
{
    // More events than expected come soon or not at all; this is how long the test listens for them.
    private static readonly TimeSpan ListenForMore = TimeSpan.FromMilliseconds(30);

    public EventFilterFactory And => new(testkit, system, filters);

    private TimeSpan Leeway => testkit.Dilated(testkit.TestKitSettings.TestEventFilterLeeway);

    public void ExpectOne(Action action, CancellationToken cancellationToken = default) => Expect(1, Leeway, action, cancellationToken);

    public void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default) => Expect(1, timeout, action, cancellationToken);

    public T ExpectOne<T>(Func<T> func, CancellationToken cancellationToken = default) => Expect(1, func, cancellationToken);

    public void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default) => Expect(expectedCount, Leeway, action, cancellationToken);

    public void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default) =>
        TestKitBase.Completed(Count(expectedCount, timeout, () =>
        {
            action();
            return ValueTask.FromResult(true);
        }, true, cancellationToken));

    public T Expect<T>(int expectedCount, Func<T> func, CancellationToken cancellationToken = default) =>
        TestKitBase.Completed(Count(expectedCount, Leeway, () => ValueTask.FromResult(func()), true, cancellationToken));

    public Task ExpectOneAsync(Action action, CancellationToken cancellationToken = default) => ExpectAsync(1, action, cancellationToken);

    public Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default) => ExpectAsync(1, Leeway, actionAsync, cancellationToken);

    public Task ExpectOneAsync(TimeSpan timeout, Func<Task> actionAsync, CancellationToken cancellationToken = default) => ExpectAsync(1, timeout, actionAsync, cancellationToken);

    public Task ExpectAsync(int expectedCount, Action action, CancellationToken cancellationToken = default) =>
        ExpectAsync(expectedCount, Leeway, () =>
        {
            action();
            return Task.CompletedTask;
        }, cancellationToken);

    public Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        ExpectAsync(expectedCount, Leeway, actionAsync, cancellationToken);

    public Task ExpectAsync(int expectedCount, TimeSpan timeout, Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        Count(expectedCount, timeout, async () =>
        {
            await actionAsync();
            return true;
        }, false, cancellationToken).AsTask();

    public void Mute(Action action, CancellationToken cancellationToken = default) => action();

    private async ValueTask<T> Count<T>(int expected, TimeSpan timeout, Func<ValueTask<T>> run, bool blocking, CancellationToken cancellationToken)
    {
        using var counter = new EventCounter(system, filters);
        var result = await run();
        var stop = TestKitBase.Now + timeout;
        for (var seen = 0; seen < expected; seen++)
        {
            if (!await counter.NextAsync(stop - TestKitBase.Now, blocking, cancellationToken))
            {
                testkit.Assertions.Fail(
                    "Timeout ({0}) while waiting for messages. Only received {1}/{2} messages that matched filter [{3}]",
                    timeout, seen, expected, string.Join("; ", filters.Select(f => f.Description)));
            }
        }

        if (await counter.NextAsync(ListenForMore, blocking, cancellationToken))
        {
            testkit.Assertions.Fail(
                "Received more messages than expected ({0}) that matched filter [{1}]",
                expected, string.Join("; ", filters.Select(f => f.Description)));
        }

        return result;
    }

    /// <summary>Listens on the event stream as long as it lives.</summary>
    private sealed class EventCounter : MinimalActorRef, IDisposable
    {
        private static int _names;

        private readonly ActorSystem _system;
        private readonly IReadOnlyList<EventPredicate> _filters;
        private readonly SemaphoreSlim _seen = new(0);

        internal EventCounter(ActorSystem system, IReadOnlyList<EventPredicate> filters)
        {
            _system = system;
            _filters = filters;
            Provider = ((ExtendedActorSystem)system).Provider;
            Path = Provider.RootPath / "temp" / $"eventFilter{Interlocked.Increment(ref _names)}";
            system.EventStream.Subscribe(this, typeof(LogEvent));
            system.EventStream.Subscribe(this, typeof(DeadLetter));
        }

        public override ActorPath Path { get; }

        public override IActorRefProvider Provider { get; }

        public void Dispose() => _system.EventStream.Unsubscribe(this);

        internal async ValueTask<bool> NextAsync(TimeSpan limit, bool blocking, CancellationToken cancellationToken)
        {
            limit = limit < TimeSpan.Zero ? TimeSpan.Zero : limit;
            return blocking ? _seen.Wait(limit, cancellationToken) : await _seen.WaitAsync(limit, cancellationToken);
        }

        protected override void TellInternal(object message, IActorRef sender)
        {
            if (_filters.Any(f => f.Matches(message)))
                _seen.Release();
        }
    }
}
