namespace ActorP2P.Actors.TestKit;

/// <summary>What a test actor has received and the test has not looked at yet.</summary>
internal sealed class TestMessageQueue : IDisposable
{
    private readonly LinkedList<Envelope> _messages = new();
    private readonly SemaphoreSlim _available = new(0);

    internal bool HasMessages
    {
        get
        {
            lock (_messages)
                return _messages.Count > 0;
        }
    }

    internal void Add(Envelope envelope)
    {
        lock (_messages)
            _messages.AddLast(envelope);
        _available.Release();
    }

    /// <summary>Puts a message back that was looked at and is left for the next expectation.</summary>
    internal void PutBack(Envelope envelope)
    {
        lock (_messages)
            _messages.AddFirst(envelope);
        _available.Release();
    }

    /// <summary>The next message within the time, or null. With <paramref name="blocking"/> the task is complete when it is returned.</summary>
    internal async ValueTask<Envelope?> TakeAsync(TimeSpan timeout, bool blocking, CancellationToken cancellationToken)
    {
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
            timeout = TimeSpan.Zero;
        var came = blocking
            ? _available.Wait(timeout, cancellationToken)
            : await _available.WaitAsync(timeout, cancellationToken);
        if (!came)
            return null;
        lock (_messages)
        {
            var first = _messages.First!.Value;
            _messages.RemoveFirst();
            return first;
        }
    }

    public void Dispose() => _available.Dispose();
}

/// <summary>What a probe does with each message before the test sees it.</summary>
public abstract class AutoPilot
{
    /// <summary>Reacts to a message; answers the pilot for the next one.</summary>
    public abstract AutoPilot Run(IActorRef sender, object message);
}

/// <summary>A pilot that does nothing from now on.</summary>
public sealed class NoAutoPilot : AutoPilot
{
    private NoAutoPilot()
    {
    }

    /// <summary>The only one.</summary>
    public static NoAutoPilot Instance { get; } = new();

    /// <inheritdoc/>
    public override AutoPilot Run(IActorRef sender, object message) => this;
}

/// <summary>A pilot that stays itself.</summary>
public sealed class KeepRunning : AutoPilot
{
    private KeepRunning()
    {
    }

    /// <summary>The only one.</summary>
    public static KeepRunning Instance { get; } = new();

    /// <inheritdoc/>
    public override AutoPilot Run(IActorRef sender, object message) => this;
}

/// <summary>A function as a pilot.</summary>
public sealed class DelegateAutoPilot(Func<IActorRef, object, AutoPilot> autoPilotDelegate) : AutoPilot
{
    /// <inheritdoc/>
    public override AutoPilot Run(IActorRef sender, object message) => autoPilotDelegate(sender, message);
}

/// <summary>The actor behind a kit or a probe: it queues what it gets.</summary>
internal sealed class InternalTestActor(TestMessageQueue queue) : UntypedActor
{
    private AutoPilot? _pilot;
    private Func<object, bool>? _ignore;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SetIgnore set:
                _ignore = set.Ignore;
                return;
            case SetPilot set:
                _pilot = set.Pilot;
                return;
            case WatchRequest request:
                Context.Watch(request.Subject);
                request.Done.TrySetResult();
                return;
            case UnwatchRequest request:
                Context.Unwatch(request.Subject);
                request.Done.TrySetResult();
                return;
            case SpawnRequest request:
                Spawn(request);
                return;
        }

        if (_pilot is { } pilot)
        {
            var next = pilot.Run(Sender, message);
            _pilot = next switch
            {
                NoAutoPilot => null,
                KeepRunning => pilot,
                _ => next,
            };
        }

        if (_ignore?.Invoke(message) != true)
            queue.Add(new Envelope(message, Sender));
    }

    // A child made on behalf of a test fails where the test can see it.
    protected override SupervisorStrategy SupervisorStrategy() => Actors.SupervisorStrategy.DefaultStrategy;

    private static void Spawn(SpawnRequest request)
    {
        try
        {
            request.Done.TrySetResult(Context.ActorOf(request.Props, request.Name));
        }
        catch (Exception e)
        {
            request.Done.TrySetException(e);
        }
    }

    internal sealed record SetIgnore(Func<object, bool>? Ignore);

    internal sealed record SetPilot(AutoPilot Pilot);

    internal sealed record WatchRequest(IActorRef Subject, TaskCompletionSource Done);

    internal sealed record UnwatchRequest(IActorRef Subject, TaskCompletionSource Done);

    internal sealed record SpawnRequest(Props Props, string? Name, TaskCompletionSource<IActorRef> Done);
}
