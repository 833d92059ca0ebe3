namespace ActorP2P.Actors;

/// <summary>
/// Carries an async handler on inside its actor: every continuation comes back as an engine message, and user
/// messages wait until the handler's task is done. An exception in it is the actor's failure.
/// </summary>
public sealed class ActorTaskScheduler : TaskScheduler
{
    private readonly ActorCell _cell;
    private object? _currentMessage;

    internal ActorTaskScheduler(ActorCell cell) => _cell = cell;

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Runs the async action as the handling of the current message. Call inside an actor.</summary>
    public static void RunTask(Func<Task> asyncAction)
    {
        var cell = ActorCell.Current ?? throw new InvalidOperationException("RunTask must be called from an actor context.");
        cell.TaskScheduler.Start(asyncAction);
    }

    /// <summary>Runs the action as the handling of the current message. Call inside an actor.</summary>
    public static void RunTask(Action action) => RunTask(() =>
    {
        action();
        return Task.CompletedTask;
    });

    internal void Execute(Task task) => TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task>? GetScheduledTasks() => null;

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        if (ReferenceEquals(ActorCell.Current, _cell) && !task.CreationOptions.HasFlag(TaskCreationOptions.LongRunning))
            TryExecuteTask(task);
        else
            _cell.SelfRef.SendSystemMessage(new ActorTaskMessage(this, task, _currentMessage));
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    private void Start(Func<Task> asyncAction)
    {
        _cell.SuspendMailbox();
        _currentMessage = _cell.CurrentMessage;
        // An await prefers a captured synchronization context over the scheduler; inside an actor there must be none.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            _ = Task<Task>.Factory.StartNew(asyncAction, CancellationToken.None, TaskCreationOptions.None, this)
                .Unwrap()
                .ContinueWith(Finish, CancellationToken.None, TaskContinuationOptions.None, this);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private void Finish(Task task)
    {
        var failure = task.Status switch
        {
            TaskStatus.Canceled => new TaskCanceledException(task),
            TaskStatus.Faulted => task.Exception!.InnerExceptions.Count == 1 ? task.Exception.InnerExceptions[0] : task.Exception,
            _ => null,
        };
        var message = _currentMessage;
        _currentMessage = null;
        if (failure is null)
        {
            _cell.ResumeMailbox();
            _cell.ReceiveTimer?.AfterMessage(influences: message is not INotInfluenceReceiveTimeout);
        }
        else
        {
            _cell.SelfRef.SendSystemMessage(new ActorTaskMessage(this, null, message, failure));
        }
    }
}
