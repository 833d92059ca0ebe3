using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace ActorP2P.Transport;

/// <summary>Runs actions one at a time, in the order in which they became due, on the thread pool.</summary>
internal sealed class SerialQueue(TimeProvider time)
{
    private readonly ConcurrentQueue<Action> _due = new();
    private ExceptionDispatchInfo? _fault;
    private int _waiting;

    public void Post(TimeSpan delay, Action action)
    {
        if (delay <= TimeSpan.Zero)
        {
            Enqueue(action);
        }
        else
        {
            _ = EnqueueLaterAsync(delay, action);
        }
    }

    /// <summary>Completes when everything that is due now has run; throws what an action threw.</summary>
    public async Task DrainAsync()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(reached.SetResult);
        await reached.Task;
        _fault?.Throw();
    }

    private async Task EnqueueLaterAsync(TimeSpan delay, Action action)
    {
        await Task.Delay(delay, time);
        Enqueue(action);
    }

    private void Enqueue(Action action)
    {
        _due.Enqueue(action);
        if (Interlocked.Increment(ref _waiting) == 1)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.RunAll(), this, preferLocal: false);
        }
    }

    private void RunAll()
    {
        do
        {
            _due.TryDequeue(out var action);
            try
            {
                action!();
            }
            catch (Exception unforeseen)
            {
                // A sink threw: kept for DrainAsync, since nobody stands above this thread.
                Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(unforeseen), null);
            }
        }
        while (Interlocked.Decrement(ref _waiting) > 0);
    }
}
