namespace ActorP2P.Soak;

/// <summary>A message that must end as handled or as a dead letter.</summary>
internal abstract record Counted;

internal sealed record Work(int Pick, bool Fails) : Counted;

internal sealed record Question(int Pick) : Counted;

internal sealed record SetAside(int Pick, bool GiveBack) : Counted;

internal sealed record Remind(int Pick, int DelayMs) : Counted;

internal sealed record Fail : Counted;

internal sealed record Spawn(bool Unborn) : Counted;

internal sealed record StopOne(int Pick) : Counted;

/// <summary>Counts dead letters.</summary>
internal sealed class Undertaker(Account account) : UntypedActor
{
    protected override void OnReceive(object message)
    {
        if (message is DeadLetter { Message: Counted })
            account.Add(Entry.Dead);
    }
}

/// <summary>Makes, watches, stops and loses workers, hands them their messages, and fails itself.</summary>
/// <param name="account">Counts.</param>
/// <param name="watched">Whom it watches, beyond its own restarts: a notice that waits in the mailbox survives them too.</param>
internal sealed class Supervisor(Account account, List<IActorRef> watched) : UntypedActor
{
    private const int MaxRestarts = 3;
    private static readonly TimeSpan RestartWindow = TimeSpan.FromMilliseconds(50);

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(MaxRestarts, RestartWindow, static cause => cause switch
    {
        ActorInitializationException => Directive.Stop,
        ArithmeticException => Directive.Resume,
        _ => Directive.Restart,
    });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Terminated ended:
                account.Add(Entry.Noticed);
                if (!watched.Remove(ended.ActorRef))
                    throw new SoakException($"a second notice of {ended.ActorRef}");
                return;
            case Work work when watched.Count > 0:
                Worker(work.Pick).Forward(work);
                return;
            case Question question when watched.Count > 0:
                Worker(question.Pick).Forward(question);
                return;
            case SetAside aside when watched.Count > 0:
                Worker(aside.Pick).Forward(aside);
                return;
            case Remind remind when watched.Count > 0:
                Worker(remind.Pick).Forward(remind);
                return;
            case StopOne stop when watched.Count > 0:
                Context.Stop(Worker(stop.Pick));
                break;
            case Spawn spawn:
                watched.Add(Context.Watch(Context.ActorOf(Props.Create(() => new Worker(account, spawn.Unborn)))));
                account.Add(Entry.Watched);
                break;
            case Question:
                Sender.Tell(0);
                break;
            case Fail:
                account.Add(Entry.Handled);
                throw new InvalidOperationException("asked to");
        }

        account.Add(Entry.Handled);
    }

    protected override void PreRestart(Exception reason, object message)
    {
        foreach (var child in Context.GetChildren())
        {
            Context.Unwatch(child);
            Context.Stop(child);
            if (watched.Remove(child))
                account.Add(Entry.Unwatched);
        }
    }

    protected override void PostStop()
    {
        account.Add(Entry.Unwatched, watched.Count);
        watched.Clear();
    }

    private IActorRef Worker(int pick) => watched[pick % watched.Count];
}

/// <summary>Handles, stashes, answers, sets timers and fails.</summary>
internal sealed class Worker : UntypedActor, IWithUnboundedStash, IWithTimers
{
    private static readonly TimeSpan ClosedFor = TimeSpan.FromMilliseconds(10);

    private readonly Account _account;
    private bool _open = true;

    internal Worker(Account account, bool unborn)
    {
        if (unborn)
            throw new InvalidOperationException("asked to");
        _account = account;
        account.Add(Entry.Made);
    }

    public IStash Stash { get; set; } = null!;

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Reminder:
                _account.Add(Entry.Reminders);
                return;
            case SetAside aside:
                Open(aside.GiveBack);
                break;
            case Reopen:
                Open(true);
                return;
            case Work when !_open:
                Stash.Stash();
                return;
            case Question:
                Sender.Tell(1);
                break;
            case Remind remind:
                Timers.StartSingleTimer(remind.Pick % 4, new Reminder(), TimeSpan.FromMilliseconds(remind.DelayMs));
                break;
        }

        _account.Add(Entry.Handled);
        if (message is Work { Fails: true } work)
            throw work.Pick % 2 == 0 ? new ArithmeticException("asked to") : new InvalidOperationException("asked to");
    }

    protected override void PostStop() => _account.Add(Entry.Ended);

    private void Open(bool open)
    {
        _open = open;
        if (open)
            Stash.UnstashAll();
        else
            Timers.StartSingleTimer(nameof(Reopen), new Reopen(), ClosedFor);
    }

    private sealed record Reminder;

    private sealed record Reopen;
}
