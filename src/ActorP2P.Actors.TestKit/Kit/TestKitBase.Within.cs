namespace ActorP2P.Actors.TestKit;

/// <summary>Time limits around a piece of test. A cancelled token throws before the piece runs.</summary>
public abstract partial class TestKitBase
{
    /// <summary>Runs the action, which must end within the time.</summary>
    public void Within(TimeSpan max, Action action, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, action, null, epsilonValue, cancellationToken);

    /// <summary>Runs the action, which must take at least and at most so long.</summary>
    public void Within(TimeSpan min, TimeSpan max, Action action, string? hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(min, max, () =>
        {
            action();
            return true;
        }, hint, epsilonValue, cancellationToken);

    /// <summary>Runs the function, which must end within the time.</summary>
    public T Within<T>(TimeSpan max, Func<T> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    /// <summary>Runs the function, which must take at least and at most so long.</summary>
    public T Within<T>(TimeSpan min, TimeSpan max, Func<T> function, string? hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Completed(WithinCore(min, max, () => ValueTask.FromResult(function()), hint, epsilonValue, cancellationToken));

    /// <summary>Runs the action, which must end within the time.</summary>
    public Task WithinAsync(TimeSpan max, Func<Task> actionAsync, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync(TimeSpan.Zero, max, actionAsync, null, epsilonValue, cancellationToken);

    /// <summary>Runs the action, which must take at least and at most so long.</summary>
    public Task WithinAsync(TimeSpan min, TimeSpan max, Func<Task> actionAsync, string? hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinCore(min, max, async () =>
        {
            await actionAsync();
            return true;
        }, hint, epsilonValue, cancellationToken).AsTask();

    /// <summary>Runs the function, which must end within the time.</summary>
    public Task<T> WithinAsync<T>(TimeSpan max, Func<Task<T>> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    /// <summary>Runs the function, which must take at least and at most so long.</summary>
    public Task<T> WithinAsync<T>(TimeSpan min, TimeSpan max, Func<Task<T>> function, string? hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinCore(min, max, async () => await function(), hint, epsilonValue, cancellationToken).AsTask();

    private async ValueTask<T> WithinCore<T>(TimeSpan min, TimeSpan max, Func<ValueTask<T>> function, string? hint, TimeSpan? epsilon, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        min = Dilated(min);
        max = Dilated(max);
        var start = Now;
        var outer = _end;
        var limit = outer is { } outerEnd ? Min(max, Positive(outerEnd - start)) : max;
        Assertions.AssertTrue(min <= limit, "Required min time {0} not possible, only {1} left. {2}", min, limit, hint);
        _lastWasNoMessage = false;
        _end = start + limit;
        T result;
        try
        {
            result = await function();
        }
        finally
        {
            _end = outer;
        }

        var took = Now - start;
        Assertions.AssertTrue(took >= min, "Failed: Block took {0}, should have at least been {1}. {2}", took, min, hint);
        // Waiting for silence to the very end uses the time up; that is no failure.
        if (!_lastWasNoMessage)
            Assertions.AssertTrue(took - (epsilon ?? TimeSpan.Zero) <= limit, "Failed: Block took {0}, exceeding {1}. {2}", took, limit, hint);
        return result;
    }
}
