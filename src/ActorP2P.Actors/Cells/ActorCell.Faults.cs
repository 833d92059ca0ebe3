using System.Runtime.ExceptionServices;
using ActorP2P.Actors.Event;

namespace ActorP2P.Actors;

/// <summary>Creation, failure, restart and end of the instance, after the rules of Akka's fault handling.</summary>
internal sealed partial class ActorCell
{
    private bool IsFailed => _extras?.Perpetrator is not null;

    /// <summary>Makes the instance, in the first turn of the mailbox and before anything else.</summary>
    internal void BeginLife()
    {
        _created = true;
        try
        {
            CreateActor();
        }
        catch (Exception cause)
        {
            HandleInvokeFailure(cause);
        }
    }

    private void CreateActor()
    {
        try
        {
            _actor = NewActor();
            _actor.AroundPreStart();
            ReceiveTimer?.AfterMessage(influences: true);
            if (SystemImpl.Settings.DebugLifecycle)
                Publish(new Debug(_self.Path.ToString(), ActorType, $"Started ({_actor})"));
        }
        catch (Exception cause)
        {
            ClearActor(_actor);
            _actor = null;
            throw new ActorInitializationException(_self, "Exception during creation", cause);
        }
    }

    private ActorBase NewActor()
    {
        ClearBehaviors();
        _cleared = false;
        var actor = _props.NewActor();
        actor.Incarnate(this);
        return actor;
    }

    /// <summary>Suspends this subtree and reports the failure to the parent, who decides.</summary>
    private void HandleInvokeFailure(Exception cause, IReadOnlyCollection<IInternalActorRef>? alreadySuspended = null)
    {
        if (IsFailed)
            return;
        try
        {
            SuspendMailbox();
            var culprit = CurrentMessage is Failed failed ? failed.Child : null;
            Extras.Perpetrator = culprit ?? _self;
            _children?.Suspend(culprit, alreadySuspended);
            ParentRef.SendSystemMessage(new Failed(_self, cause));
        }
        catch (Exception emergency)
        {
            Publish(new Error(emergency, _self.Path.ToString(), ActorType, $"Emergency stop: exception in failure handling for {cause}"));
            StopChildren();
            FinishTerminate();
        }
    }

    private void FaultSuspend()
    {
        SuspendMailbox();
        _children?.Suspend();
    }

    private void FaultResume(Exception? causedByFailure)
    {
        if (_actor is null)
        {
            FaultCreate();
            return;
        }

        var perpetrator = _extras?.Perpetrator;
        ResumeMailbox();
        if (causedByFailure is not null && _extras is not null)
            _extras.Perpetrator = null;
        _children?.Resume(causedByFailure, perpetrator);
    }

    private void FaultRecreate(Exception cause)
    {
        if (_actor is null)
        {
            FaultCreate();
            return;
        }

        if (_children is { IsNormal: false })
        {
            // Already stopping: the restart makes no sense any more, its suspension must end all the same.
            FaultResume(null);
            return;
        }

        var failedActor = _actor;
        var message = CurrentMessage;
        try
        {
            failedActor.AroundPreRestart(cause, message!);
            failedActor.Excarnate();
        }
        catch (Exception e)
        {
            Publish(new Error(new PreRestartException(_self, e, cause, message), _self.Path.ToString(), failedActor.GetType(), e.Message));
        }
        finally
        {
            ClearActor(failedActor);
        }

        if (_children is null || !_children.SetTerminationReason(TerminationReason.Recreation, cause))
            FinishRecreate(cause, failedActor);
    }

    private void FinishRecreate(Exception cause, ActorBase? failedActor)
    {
        var survivors = _children?.ToArray() ?? [];
        try
        {
            ResumeMailbox();
            if (_extras is not null)
                _extras.Perpetrator = null;
            var fresh = NewActor();
            _actor = fresh;
            if (ReferenceEquals(fresh, failedActor))
                fresh.Unclear(_self);
            fresh.AroundPostRestart(cause, null!);
            if (SystemImpl.Settings.DebugLifecycle)
                Publish(new Debug(_self.Path.ToString(), ActorType, $"Restarted ({fresh})"));
            foreach (var child in survivors)
                child.Restart(cause);
        }
        catch (Exception e)
        {
            // The instance is cleared, so its PreRestart will not run again; surviving children are still suspended.
            ClearActor(_actor);
            CurrentMessage = null;
            HandleInvokeFailure(new PostRestartException(_self, e, cause), survivors);
        }
    }

    private void FaultCreate()
    {
        SetReceiveTimeout(null);
        ReceiveTimer?.Cancel();
        StopChildren();
        if (_children is null || !_children.SetTerminationReason(TerminationReason.Creation, null))
            FinishCreate();
    }

    private void FinishCreate()
    {
        ResumeMailbox();
        if (_extras is not null)
            _extras.Perpetrator = null;
        BeginLife();
    }

    private void TerminateActor()
    {
        SetReceiveTimeout(null);
        ReceiveTimer?.Cancel();
        _extras?.DeathWatch?.UnwatchAll();
        StopChildren();
        var wasTerminating = _children is { IsTerminating: true };
        if (_children is not null && _children.SetTerminationReason(TerminationReason.Termination, null))
        {
            if (!wasTerminating)
            {
                SuspendMailbox();
                Extras.Perpetrator = _self;
                if (SystemImpl.Settings.DebugLifecycle)
                    Publish(new Debug(_self.Path.ToString(), ActorType, "Stopping"));
            }
        }
        else
        {
            FinishTerminate();
        }
    }

    private void FinishTerminate()
    {
        if (_terminated)
            return;
        var actor = _actor;
        try
        {
            actor?.AroundPostStop();
            actor?.Excarnate();
        }
        catch (Exception e)
        {
            Publish(new Error(e, _self.Path.ToString(), ActorType, e.Message));
        }
        finally
        {
            _children?.SetTerminated();
            Volatile.Write(ref _terminated, true);
            ParentRef.SendSystemMessage(new DeathWatchNotification(_self, existenceConfirmed: true));
            _extras?.DeathWatch?.TellWatchers(ParentRef);
            _extras?.DeathWatch?.UnwatchAll();
            if (SystemImpl.Settings.DebugLifecycle)
                Publish(new Debug(_self.Path.ToString(), ActorType, "Stopped"));
            ClearActor(actor);
            _actor = null;
            _props = Props.Terminated;
            DropRemains();
        }
    }

    private void DropRemains()
    {
        if (_extras is null)
            return;
        // The prepended messages stay until the mailbox has sent them to dead letters.
        _extras = _extras.Prepended is { Count: > 0 } prepended ? new CellExtras { Prepended = prepended } : null;
    }

    private void HandleFailed(Failed failed)
    {
        CurrentMessage = failed;
        _sender = failed.Child;
        if (_children?.StatsOf(failed.Child) is not { } stats)
        {
            Publish(new Debug(_self.Path.ToString(), ActorType, $"Dropping Failed({failed.Cause}) from unknown child {failed.Child}"));
            CurrentMessage = null;
            return;
        }

        // Supervision of an actor that has no instance (its own creation failed) is by stopping.
        var strategy = _actor?.SupervisorStrategyInternal ?? SupervisorStrategy.StoppingStrategy;
        if (!strategy.HandleFailure(this, failed.Child, failed.Cause, stats, _children.AllStats()))
            ExceptionDispatchInfo.Throw(failed.Cause);
        CurrentMessage = null;
    }

    private void HandleChildTerminated(IInternalActorRef child)
    {
        var ended = _children!.Remove(child, out var cause);
        try
        {
            if (_actor is { HasSupervisorStrategy: true } actor)
                actor.SupervisorStrategyInternal.HandleChildTerminated(this, child, _children.Lazily());
        }
        catch (Exception e)
        {
            Publish(new Error(e, _self.Path.ToString(), ActorType, "HandleChildTerminated failed"));
            HandleInvokeFailure(e);
        }

        switch (ended)
        {
            case TerminationReason.Recreation:
                FinishRecreate(cause!, _actor);
                break;
            case TerminationReason.Creation:
                FinishCreate();
                break;
            case TerminationReason.Termination:
                FinishTerminate();
                break;
        }
    }

    private void ClearActor(ActorBase? actor)
    {
        if (actor is not null)
        {
            if (actor is IDisposable disposable)
                Dispose(disposable);
            _props.Release(actor);
            actor.Clear(SystemImpl.DeadLetters);
        }

        _cleared = true;
        CurrentMessage = null;
        ClearBehaviors();
    }

    private void Dispose(IDisposable actor)
    {
        try
        {
            actor.Dispose();
        }
        catch (Exception e)
        {
            Publish(new Error(e, _self.Path.ToString(), ActorType, $"An error occurred while disposing the actor: {e.Message}"));
        }
    }

    private void ClearBehaviors()
    {
        _behavior = null;
        if (_extras is not null)
            _extras.Behaviors = null;
    }
}
