namespace ActorP2P.Actors.TestKit;

/// <summary>The actor behind a kit or a probe: it queues what it gets.</summary>
internal sealed class InternalTestActor(TestMessageQueue queue) : UntypedActor
{
    private readonly ByChildStrategy _strategy = new();
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

    protected override SupervisorStrategy SupervisorStrategy() => _strategy;

    private void Spawn(SpawnRequest request)
    {
        try
        {
            var child = Context.ActorOf(request.Props, request.Name);
            if (request.Strategy is { } strategy)
                _strategy.Use(strategy, child);
            request.Done.TrySetResult(child);
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

    internal sealed record SpawnRequest(Props Props, string? Name, SupervisorStrategy? Strategy, TaskCompletionSource<IActorRef> Done);

    /// <summary>The strategy that came with a child, for that child.</summary>
    private sealed class ByChildStrategy : SupervisorStrategy
    {
        private readonly Dictionary<IActorRef, SupervisorStrategy> _own = [];

        public override IDecider Decider => DefaultDecider;

        internal void Use(SupervisorStrategy strategy, IActorRef child) => _own[child] = strategy;

        public override void ProcessFailure(IActorContext context, bool restart, IActorRef child, Exception cause, ChildRestartStats stats, IReadOnlyCollection<ChildRestartStats> children) =>
            Of(child).ProcessFailure(context, restart, child, cause, stats, children);

        public override void HandleChildTerminated(IActorContext actorContext, IActorRef child, IEnumerable<IInternalActorRef> children)
        {
            Of(child).HandleChildTerminated(actorContext, child, children);
            _own.Remove(child);
        }

        protected override Directive Handle(IActorRef child, Exception exception) => Of(child).Decider.Decide(exception);

        private SupervisorStrategy Of(IActorRef child) => _own.GetValueOrDefault(child, DefaultStrategy);
    }
}
