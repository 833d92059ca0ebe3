using ActorP2P.Actors.Event;

namespace ActorP2P.Actors;

/// <summary>What happens to each message that the mailbox hands over.</summary>
internal sealed partial class ActorCell
{
    internal void Invoke(object message, IActorRef? sender)
    {
        CurrentMessage = message;
        _sender = sender;
        _delivery++;
        if (SystemImpl.Trace is { } trace)
        {
            if (trace(this, message) is not { } shown)
                return;
            CurrentMessage = message = shown;
        }

        var timer = _extras?.ReceiveTimer;
        var influences = timer is null || message is not INotInfluenceReceiveTimeout;
        if (timer is not null && influences)
            timer.Cancel();
        try
        {
            if (message is AutoReceivedMessage automatic)
                AutoReceive(automatic);
            else
                Deliver(message);
            CurrentMessage = null;
        }
        catch (Exception cause)
        {
            HandleInvokeFailure(cause);
        }

        ReceiveTimer?.AfterMessage(influences);
    }

    /// <summary>Handles an engine message that was hidden in a timer or a stash.</summary>
    internal void AutoReceive(AutoReceivedMessage message)
    {
        if (SystemImpl.Settings.DebugAutoReceive)
            Publish(new Debug(_self.Path.ToString(), ActorType, $"received AutoReceiveMessage {message}"));
        switch (message)
        {
            case Terminated terminated:
                ReceivedTerminated(terminated);
                break;
            case Kill:
                throw new ActorKilledException("Kill");
            case PoisonPill:
                _self.Stop();
                break;
            case Identify identify:
                Sender.Tell(new ActorIdentity(identify.MessageId, _self), _self);
                break;
        }
    }

    /// <summary>Handles the chain of engine messages, oldest first.</summary>
    internal void InvokeSystem(SystemMessage? messages)
    {
        var state = Recovery();
        while (messages is not null)
        {
            var message = messages;
            messages = message.Next;
            message.Next = null;
            if (IsTerminated)
            {
                SystemMessageAfterDeath(message);
                continue;
            }

            if ((state == RecoveryState.Children && message.WaitsForChildren) || (state == RecoveryState.Failed && message.WaitsForRecovery))
            {
                (Extras.SetAside ??= []).Add(message);
                continue;
            }

            HandleSystemMessage(message);
            var next = Recovery();
            if (next < state)
                messages = AppendSetAside(messages);
            state = next;
        }
    }

    /// <summary>Answers watchers who come too late; nothing else has a meaning for a dead actor.</summary>
    internal void SystemMessageAfterDeath(SystemMessage message)
    {
        if (message is Watch watch)
            watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, existenceConfirmed: false));
    }

    private void HandleSystemMessage(SystemMessage message)
    {
        SystemImpl.Trace?.Invoke(this, message);
        try
        {
            switch (message)
            {
                case ActorTaskMessage task:
                    HandleTask(task);
                    break;
                case Failed failed:
                    HandleFailed(failed);
                    break;
                case DeathWatchNotification notification:
                    WatchedActorTerminated(notification.Actor, notification.ExistenceConfirmed);
                    break;
                case Watch watch:
                    // The parent is told of the end in any case.
                    if (!ReferenceEquals(watch.Watcher, ParentRef))
                        Watches.AddWatcher(watch.Watcher);
                    break;
                case Unwatch unwatch:
                    _extras?.DeathWatch?.RemoveWatcher(unwatch.Watcher);
                    break;
                case Recreate recreate:
                    FaultRecreate(recreate.Cause);
                    break;
                case Suspend:
                    FaultSuspend();
                    break;
                case Resume resume:
                    FaultResume(resume.CausedByFailure);
                    break;
                case Terminate:
                    TerminateActor();
                    break;
            }
        }
        catch (Exception cause)
        {
            HandleInvokeFailure(cause);
        }
    }

    private void HandleTask(ActorTaskMessage task)
    {
        CurrentMessage = task.Message;
        if (task.Failure is { } failure)
        {
            ResumeMailbox();
            HandleInvokeFailure(failure);
            return;
        }

        task.Execute();
        CurrentMessage = null;
    }

    private void Deliver(object message)
    {
        var handled = _actor!.Handle(this, _behavior, message);
        if (_system.LogsReceive && _actor is ILogReceive)
        {
            Publish(new Debug(_self.Path.ToString(), ActorType,
                $"received {(handled ? "handled" : "unhandled")} message {message} from {Sender.Path}"));
        }
    }

    private RecoveryState Recovery()
    {
        if (_children is { WaitsForChildren: true })
            return RecoveryState.Children;
        return _suspendCount > 0 ? RecoveryState.Failed : RecoveryState.None;
    }

    private SystemMessage? AppendSetAside(SystemMessage? rest)
    {
        if (_extras?.SetAside is not { Count: > 0 } aside)
            return rest;
        _extras.SetAside = null;
        for (var i = 0; i < aside.Count - 1; i++)
            aside[i].Next = aside[i + 1];
        if (rest is null)
            return aside[0];
        var last = rest;
        while (last.Next is not null)
            last = last.Next;
        last.Next = aside[0];
        return rest;
    }

    // The order matters: a message set aside in one state may be handled in any lower one.
    private enum RecoveryState
    {
        None,
        Failed,
        Children,
    }
}
