using System.Runtime.ExceptionServices;

namespace ActorP2P.Transport;

/// <summary>The background loops of a port: each one is observed, and the port ends when the last one has ended.</summary>
internal sealed class LoopSet
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _idle;
    private ExceptionDispatchInfo? _fault;
    private int _running;

    public void Run(Func<Task> loop)
    {
        lock (_gate)
        {
            _running++;
        }

        _ = Task.Run(() => ObserveAsync(loop));
    }

    /// <summary>Completes when no loop runs; throws what a loop threw, which only a bug or a throwing sink can cause.</summary>
    public async Task WhenIdleAsync()
    {
        Task idle;
        lock (_gate)
        {
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_running == 0)
            {
                _idle.TrySetResult();
            }

            idle = _idle.Task;
        }

        await idle;
        _fault?.Throw();
    }

    private async Task ObserveAsync(Func<Task> loop)
    {
        try
        {
            await loop();
        }
        catch (Exception unforeseen)
        {
            // Kept for WhenIdleAsync: nobody awaits a loop while it runs.
            Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(unforeseen), null);
        }
        finally
        {
            lock (_gate)
            {
                if (--_running == 0)
                {
                    _idle?.TrySetResult();
                }
            }
        }
    }
}
