namespace ActorP2P.Actors;

/// <summary>
/// The inside of one actor: its instance, behaviour, children and watches. Only the thread that runs the mailbox
/// touches it, except for the children, which have a lock. What few actors need is made when it is first used,
/// because an idle actor must stay small.
/// </summary>
internal sealed partial class ActorCell : IUntypedActorContext
{
    [ThreadStatic]
    private static ActorCell? _current;

    // Fields lie in memory as they are declared here, references before numbers. What changes with every message comes last,
    // away from the mailbox, which lies in front and which other cores read.
    private readonly LocalActorRef _self;
    private readonly ActorSystemImpl _system;
    private readonly IInternalActorRef _parent;
    private readonly MessageDispatcher _dispatcher;
    private Props _props;
    private ActorBase? _actor;
    private Receive? _behavior;
    private ChildrenContainer? _children;
    private CellExtras? _extras;
    private object? _currentMessage;
    private IActorRef? _sender;
    private nuint _frame;
    private int _suspendCount;
    private int _delivery;
    private bool _terminated;
    private bool _cleared;
    private bool _created;

    internal ActorCell(ActorSystemImpl system, LocalActorRef self, Props props, MessageDispatcher dispatcher, IInternalActorRef parent)
    {
        _system = system;
        _self = self;
        _props = props;
        _dispatcher = dispatcher;
        _parent = parent;
    }

    /// <summary>The actor that runs on this thread.</summary>
    internal static ActorCell? Current
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>Where the run of the mailbox lies on its thread's stack; 0 outside of runs.</summary>
    internal nuint Frame
    {
        set => _frame = value;
    }

    /// <summary>Whether the caller is known to be called by this actor; false when that must be found out by <see cref="Current"/>.</summary>
    internal bool IsCaller => StackPosition.IsBelow(_frame);

    internal ActorSystemImpl SystemImpl => _system;

    internal IInternalActorRef ParentRef => _parent;

    internal LocalActorRef SelfRef => _self;

    internal object? CurrentMessage
    {
        get => _currentMessage;
        set => _currentMessage = value;
    }

    /// <summary>Numbers the deliveries, wrapping, so that a stash can tell two deliveries of one object apart.</summary>
    internal int Delivery => _delivery;

    internal IActorRef? SenderOrNull => _sender;

    internal bool IsTerminated => Volatile.Read(ref _terminated);

    internal bool IsCleared => _cleared;

    /// <summary>Whether the making of the first instance has begun.</summary>
    internal bool IsCreated => _created;

    /// <summary>Whether user messages may be handled now.</summary>
    internal bool MayReceive => _suspendCount == 0 && !_terminated;

    internal ActorBase? Actor => _actor;

    /// <summary>Whether the actor overrides <see cref="ActorBase.AroundReceive"/>, so that delivery must go through it.</summary>
    internal bool WrapsReceive { get; set; }

    /// <summary>Whether it is among its parent's children; under their lock.</summary>
    internal bool IsChild { get; set; }

    /// <summary>Whether the parent has had it stopped; under the lock of the parent's children.</summary>
    internal bool IsDying { get; set; }

    internal ReceiveTimer? ReceiveTimer => _extras?.ReceiveTimer;

    internal ActorTaskScheduler TaskScheduler => Extras.TaskScheduler ??= new ActorTaskScheduler(this);

    internal bool HasPrepended => _extras?.Prepended is { Count: > 0 };

    public MessageDispatcher Dispatcher => _dispatcher;

    public IActorRef Self => _self;

    public Props Props => _props;

    public IActorRef Sender => _sender ?? SystemImpl.DeadLetters;

    public ActorSystem System => SystemImpl;

    public IActorRef Parent => ParentRef;

    public TimeSpan? ReceiveTimeout => _extras?.ReceiveTimer?.Timeout;

    private CellExtras Extras => _extras ??= new CellExtras();

    private Type ActorType => _actor?.GetType() ?? _props.Type;

    internal static IActorRef? CurrentSelfOrNoSender() => _current?._self;

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        if (timeout is { } value && value <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(timeout), value, "A receive timeout must be above zero.");
        if (timeout is null && _extras?.ReceiveTimer is null)
            return;
        (Extras.ReceiveTimer ??= new ReceiveTimer(_self, SystemImpl.Scheduler)).Timeout = timeout;
    }

    public ActorSelection ActorSelection(ActorPath actorPath) => SystemImpl.ActorSelection(actorPath);

    public ActorSelection ActorSelection(string actorPath) => Actors.ActorSelection.From(SystemImpl, _self, actorPath);

    public void Become(Receive receive)
    {
        ArgumentNullException.ThrowIfNull(receive);
        if (_extras?.Behaviors is { Count: > 1 } behaviors)
            behaviors.Pop();
        SetBehavior(receive);
    }

    public void BecomeStacked(Receive receive)
    {
        ArgumentNullException.ThrowIfNull(receive);
        SetBehavior(receive);
    }

    public void UnbecomeStacked()
    {
        if (_extras?.Behaviors is not { Count: > 1 } behaviors)
            return;
        behaviors.Pop();
        _behavior = behaviors.Peek();
    }

    void IUntypedActorContext.Become(UntypedReceive receive) => Become(AsReceive(receive));

    void IUntypedActorContext.BecomeStacked(UntypedReceive receive) => BecomeStacked(AsReceive(receive));

    internal void UseAsFirstBehavior(Receive receive) => _behavior ??= receive;

    internal static Receive AsReceive(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };

    internal void SuspendMailbox() => _suspendCount++;

    internal void ResumeMailbox() => _suspendCount = Math.Max(0, _suspendCount - 1);

    internal bool TryTakePrepended(out Envelope envelope)
    {
        if (_extras?.Prepended is { Count: > 0 } prepended)
        {
            envelope = prepended.First!.Value;
            prepended.RemoveFirst();
            return true;
        }

        envelope = default;
        return false;
    }

    /// <summary>Puts messages before everything that waits in the mailbox, in the order given.</summary>
    internal void Prepend(IReadOnlyList<Envelope> envelopes)
    {
        if (envelopes.Count == 0)
            return;
        var prepended = Extras.Prepended ??= new LinkedList<Envelope>();
        for (var i = envelopes.Count - 1; i >= 0; i--)
        {
            prepended.AddFirst(envelopes[i]);
            if (envelopes[i].Message is Terminated notice)
                Watches.NoticeQueued(notice.ActorRef, null);
        }
    }

    internal void ToDeadLetters(Envelope envelope) => SystemImpl.DeadLettersRef.Publish(envelope.Message, envelope.Sender, _self);

    internal void Publish(Event.LogEvent logEvent) => SystemImpl.EventStream.Publish(logEvent);

    // At the bottom of the stack lies the actor's own Receive, also below what its constructor sets; nothing takes it away.
    private void SetBehavior(Receive receive)
    {
        var behaviors = Extras.Behaviors ??= new Stack<Receive?>();
        if (behaviors.Count == 0)
            behaviors.Push(_behavior);
        behaviors.Push(receive);
        _behavior = receive;
    }

    /// <summary>What most actors never use.</summary>
    private sealed class CellExtras
    {
        internal Stack<Receive?>? Behaviors;
        internal DeathWatch? DeathWatch;
        internal ReceiveTimer? ReceiveTimer;
        internal ActorTaskScheduler? TaskScheduler;
        internal LinkedList<Envelope>? Prepended;
        internal List<SystemMessage>? SetAside;
        internal IInternalActorRef? Perpetrator;
    }
}
