namespace ActorP2P.Actors;

/// <summary>Request and answer as a task.</summary>
public static class Futures
{
    /// <summary>Sends and awaits the first answer. Fails with <see cref="AskTimeoutException"/>, with the cause of a <see cref="Status.Failure"/>, or as cancelled. No timeout means <c>akka.actor.ask-timeout</c>.</summary>
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<object>(message, timeout, CancellationToken.None);

    /// <summary>Sends and awaits the first answer.</summary>
    public static Task<object> Ask(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<object>(message, null, cancellationToken);

    /// <summary>Sends and awaits the first answer.</summary>
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        self.Ask<object>(message, timeout, cancellationToken);

    /// <summary>Sends and awaits the first answer; one of another type is an <see cref="ArgumentException"/>.</summary>
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<T>(message, timeout, CancellationToken.None);

    /// <summary>Sends and awaits the first answer; one of another type is an <see cref="ArgumentException"/>.</summary>
    public static Task<T> Ask<T>(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<T>(message, null, cancellationToken);

    /// <summary>Sends and awaits the first answer; one of another type is an <see cref="ArgumentException"/>.</summary>
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var future = NewFuture<T>(self);
        future.Begin(timeout ?? future.Provider.Settings.AskTimeout, cancellationToken);
        self.Tell(message, future);
        return future.Task;
    }

    /// <summary>The same for a message that must hold the reference to answer to.</summary>
    public static Task<T> Ask<T>(this ICanTell self, Func<IActorRef, object> messageFactory, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var future = NewFuture<T>(self);
        future.Begin(timeout ?? future.Provider.Settings.AskTimeout, cancellationToken);
        self.Tell(messageFactory(future), future);
        return future.Task;
    }

    /// <summary>The same for a message that must hold the reference to answer to.</summary>
    public static Task<T> Ask<T>(this ICanTell self, Func<IActorRef, object> messageFactory, TimeSpan? timeout = null) =>
        self.Ask<T>(messageFactory, timeout, CancellationToken.None);

    internal static FutureActorRef<T> NewFuture<T>(ICanTell target)
    {
        var anchor = target is ActorSelection selection ? selection.Anchor : target;
        var provider = (anchor as IInternalActorRef)?.Provider ?? ActorCell.Current?.SystemImpl.Provider;
        return provider is LocalActorRefProvider local
            ? new FutureActorRef<T>(local.System)
            : throw new ArgumentException("Unable to resolve the target Provider", nameof(target));
    }
}

/// <summary>Sends the outcome of a task as a message; a failure as <see cref="Status.Failure"/>, unless mapped.</summary>
public static class PipeToSupport
{
    /// <summary>Sends the result, or what <paramref name="success"/> makes of it.</summary>
    public static Task PipeTo<T>(this Task<T> taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<T, object>? success = null, Func<Exception, object>? failure = null) =>
        taskToPipe.ContinueWith(
            task =>
            {
                object message;
                try
                {
#pragma warning disable RS0030 // The task is done: reading its result does not block.
                    message = task.IsCompletedSuccessfully
                        ? success is null ? task.Result! : success(task.Result)
                        : Failure(task, failure);
#pragma warning restore RS0030
                }
                catch (Exception e)
                {
                    message = failure is null ? new Status.Failure(e) : failure(e);
                }

                recipient.Tell(message, sender);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Sends the result, or what <paramref name="success"/> makes of it.</summary>
    public static Task PipeTo<T>(this ValueTask<T> taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<T, object>? success = null, Func<Exception, object>? failure = null) =>
        taskToPipe.AsTask().PipeTo(recipient, sender, success, failure);

    /// <summary>Sends what <paramref name="success"/> makes, if given, and any failure.</summary>
    public static Task PipeTo(this Task taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<object>? success = null, Func<Exception, object>? failure = null) =>
        taskToPipe.ContinueWith(
            task =>
            {
                object? message;
                try
                {
                    message = task.IsCompletedSuccessfully ? success?.Invoke() : Failure(task, failure);
                }
                catch (Exception e)
                {
                    message = failure is null ? new Status.Failure(e) : failure(e);
                }

                if (message is not null)
                    recipient.Tell(message, sender);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Sends what <paramref name="success"/> makes, if given, and any failure.</summary>
    public static Task PipeTo(this ValueTask taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<object>? success = null, Func<Exception, object>? failure = null) =>
        taskToPipe.AsTask().PipeTo(recipient, sender, success, failure);

    private static object Failure(Task task, Func<Exception, object>? failure)
    {
        var cause = task.Exception?.InnerException ?? new TaskCanceledException(task);
        return failure is null ? new Status.Failure(cause) : failure(cause);
    }
}

/// <summary>Stops an actor and awaits its end.</summary>
public static class GracefulStopSupport
{
    /// <summary>Sends <see cref="PoisonPill"/>; true when the actor ended in time.</summary>
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) => target.GracefulStop(timeout, PoisonPill.Instance);

    /// <summary>Sends a stop message of one's own; true when the actor ended in time.</summary>
    public static async Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage)
    {
        if (target is not IInternalActorRef internalTarget)
            throw new InvalidOperationException($"{target} cannot be death-watched");
        var future = Futures.NewFuture<Terminated>(target);
        future.Begin(timeout, CancellationToken.None);
        internalTarget.SendSystemMessage(new Watch(internalTarget, future));
        target.Tell(stopMessage, ActorRefs.NoSender);
        try
        {
            var terminated = await future.Task;
            return terminated.ActorRef.Equals(target);
        }
        catch (AskTimeoutException)
        {
            return false;
        }
        finally
        {
            internalTarget.SendSystemMessage(new Unwatch(internalTarget, future));
        }
    }

    /// <summary>A task that is done when the actor has ended.</summary>
    public static async Task WatchAsync(this IActorRef target, CancellationToken token = default)
    {
        var internalTarget = (IInternalActorRef)target;
        var future = Futures.NewFuture<Terminated>(target);
        future.Begin(null, token);
        internalTarget.SendSystemMessage(new Watch(internalTarget, future));
        try
        {
            await future.Task;
        }
        finally
        {
            internalTarget.SendSystemMessage(new Unwatch(internalTarget, future));
        }
    }
}
