using ActorP2P.Actors.Event;

namespace ActorP2P.Actors.TestKit;

internal sealed class EventFilterApplier(TestKitBase testkit, ActorSystem system, IReadOnlyList<EventPredicate> filters) : IEventFilterApplier
{
    // More events than expected come soon or not at all; this is how long the test listens for them.
    private static readonly TimeSpan ListenForMore = TimeSpan.FromMilliseconds(30);

    public EventFilterFactory And => new(testkit, system, filters);

    private TimeSpan Leeway => testkit.Dilated(testkit.TestKitSettings.TestEventFilterLeeway);

    public void ExpectOne(Action action, CancellationToken cancellationToken = default) => Expect(1, Leeway, action, cancellationToken);

    public void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default) => Expect(1, timeout, action, cancellationToken);

    public T ExpectOne<T>(Func<T> func, CancellationToken cancellationToken = default) => Expect(1, Leeway, func, cancellationToken);

    public T ExpectOne<T>(TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default) => Expect(1, timeout, func, cancellationToken);

    public void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default) => Expect(expectedCount, Leeway, action, cancellationToken);

    public void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default) =>
        Expect(expectedCount, timeout, () =>
        {
            action();
            return true;
        }, cancellationToken);

    public T Expect<T>(int expectedCount, Func<T> func, CancellationToken cancellationToken = default) => Expect(expectedCount, Leeway, func, cancellationToken);

    public T Expect<T>(int expectedCount, TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default) =>
        TestKitBase.Completed(Count(expectedCount, timeout, () => ValueTask.FromResult(func()), true, cancellationToken));

    public Task ExpectOneAsync(Action action, CancellationToken cancellationToken = default) => ExpectAsync(1, Leeway, action, cancellationToken);

    public Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default) => ExpectAsync(1, Leeway, actionAsync, cancellationToken);

    public Task ExpectOneAsync(TimeSpan timeout, Func<Task> actionAsync, CancellationToken cancellationToken = default) => ExpectAsync(1, timeout, actionAsync, cancellationToken);

    public Task<T> ExpectOneAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default) => ExpectAsync(1, Leeway, func, cancellationToken);

    public Task<T> ExpectOneAsync<T>(TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default) => ExpectAsync(1, timeout, func, cancellationToken);

    public Task ExpectAsync(int expectedCount, Action action, CancellationToken cancellationToken = default) => ExpectAsync(expectedCount, Leeway, action, cancellationToken);

    public Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        ExpectAsync(expectedCount, Leeway, actionAsync, cancellationToken);

    public Task ExpectAsync(int expectedCount, Func<Task> actionAsync, TimeSpan? timeout, CancellationToken cancellationToken = default) =>
        ExpectAsync(expectedCount, timeout ?? Leeway, actionAsync, cancellationToken);

    public Task ExpectAsync(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default) =>
        ExpectAsync(expectedCount, timeout, () =>
        {
            action();
            return Task.CompletedTask;
        }, cancellationToken);

    public Task ExpectAsync(int expectedCount, TimeSpan timeout, Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        Count(expectedCount, timeout, async () =>
        {
            await actionAsync();
            return true;
        }, false, cancellationToken).AsTask();

    public Task<T> ExpectAsync<T>(int expectedCount, Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        ExpectAsync(expectedCount, Leeway, func, cancellationToken);

    public Task<T> ExpectAsync<T>(int expectedCount, TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        Count(expectedCount, timeout, async () => await func(), false, cancellationToken).AsTask();

    public void Mute(Action action, CancellationToken cancellationToken = default) => action();

    public T Mute<T>(Func<T> func, CancellationToken cancellationToken = default) => func();

    public Task MuteAsync(Action action, CancellationToken cancellationToken = default)
    {
        action();
        return Task.CompletedTask;
    }

    public Task MuteAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default) => actionAsync();

    public Task<T> MuteAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default) => func();

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
