namespace ActorP2P.Actors.TestKit;

/// <summary>Time limits around a piece of test, and conditions that come true after a while.</summary>
public abstract partial class TestKitBase
{
    /// <summary>Runs the action, which must end within the time.</summary>
    public void Within(TimeSpan max, Action action, TimeSpan? epsilonValue = null) => Within(TimeSpan.Zero, max, action, null, epsilonValue);

    /// <summary>Runs the action, which must take at least and at most so long.</summary>
    public void Within(TimeSpan min, TimeSpan max, Action action, string? hint = null, TimeSpan? epsilonValue = null) =>
        Within(min, max, () =>
        {
            action();
            return true;
        }, hint, epsilonValue);

    /// <summary>Runs the function, which must end within the time.</summary>
    public T Within<T>(TimeSpan max, Func<T> function, TimeSpan? epsilonValue = null) => Within(TimeSpan.Zero, max, function, null, epsilonValue);

    /// <summary>Runs the function, which must take at least and at most so long.</summary>
    public T Within<T>(TimeSpan min, TimeSpan max, Func<T> function, string? hint = null, TimeSpan? epsilonValue = null) =>
        Completed(WithinCore(min, max, () => ValueTask.FromResult(function()), hint, epsilonValue));

    /// <summary>Runs the action, which must end within the time.</summary>
    public Task WithinAsync(TimeSpan max, Func<Task> actionAsync, TimeSpan? epsilonValue = null) => WithinAsync(TimeSpan.Zero, max, actionAsync, null, epsilonValue);

    /// <summary>Runs the action, which must take at least and at most so long.</summary>
    public Task WithinAsync(TimeSpan min, TimeSpan max, Func<Task> actionAsync, string? hint = null, TimeSpan? epsilonValue = null) =>
        WithinCore(min, max, async () =>
        {
            await actionAsync();
            return true;
        }, hint, epsilonValue).AsTask();

    /// <summary>Runs the function, which must end within the time.</summary>
    public Task<T> WithinAsync<T>(TimeSpan max, Func<Task<T>> function, TimeSpan? epsilonValue = null) =>
        WithinCore(TimeSpan.Zero, max, async () => await function(), null, epsilonValue).AsTask();

    /// <summary>Repeats the assertion until it holds; the last failure counts when the time is over.</summary>
    public void AwaitAssert(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        Completed(AwaitAssertCore(() =>
        {
            assertion();
            return ValueTask.CompletedTask;
        }, duration, interval, true, cancellationToken));

    /// <summary>Repeats the assertion until it holds; the last failure counts when the time is over.</summary>
    public Task AwaitAssertAsync(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitAssertCore(() =>
        {
            assertion();
            return ValueTask.CompletedTask;
        }, duration, interval, false, cancellationToken).AsTask();

    /// <summary>Repeats the assertion until it holds; the last failure counts when the time is over.</summary>
    public Task AwaitAssertAsync(Func<Task> assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitAssertCore(() => new ValueTask(assertion()), duration, interval, false, cancellationToken).AsTask();

    /// <summary>Waits for the condition within the default time.</summary>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, null, null, null, cancellationToken);

    /// <summary>Waits for the condition within the time.</summary>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, max, null, null, cancellationToken);

    /// <summary>Waits for the condition within the time.</summary>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, string? message, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, max, null, message, cancellationToken);

    /// <summary>Waits for the condition within the time, looking at every interval.</summary>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string? message = null, CancellationToken cancellationToken = default) =>
        FailUnless(Completed(AwaitConditionCore(() => ValueTask.FromResult(conditionIsFulfilled()), max, interval, true, cancellationToken)), max, message);

    /// <summary>Waits for the condition; false when the time was over first.</summary>
    public bool AwaitConditionNoThrow(Func<bool> conditionIsFulfilled, TimeSpan max, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        Completed(AwaitConditionCore(() => ValueTask.FromResult(conditionIsFulfilled()), max, interval, true, cancellationToken));

    /// <summary>Waits for the condition within the default time.</summary>
    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, null, null, null, cancellationToken);

    /// <summary>Waits for the condition within the time.</summary>
    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, null, cancellationToken);

    /// <summary>Waits for the condition within the time, looking at every interval.</summary>
    public async Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string? message = null, CancellationToken cancellationToken = default) =>
        FailUnless(await AwaitConditionCore(() => ValueTask.FromResult(conditionIsFulfilled()), max, interval, false, cancellationToken), max, message);

    /// <summary>Waits for the condition within the default time.</summary>
    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, null, null, null, cancellationToken);

    /// <summary>Waits for the condition within the time.</summary>
    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, null, cancellationToken);

    /// <summary>Waits for the condition within the time, looking at every interval.</summary>
    public async Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string? message = null, CancellationToken cancellationToken = default) =>
        FailUnless(await AwaitConditionCore(() => new ValueTask<bool>(conditionIsFulfilled()), max, interval, false, cancellationToken), max, message);

    private static async ValueTask Pause(TimeSpan interval, bool blocking, CancellationToken cancellationToken)
    {
        if (blocking)
            cancellationToken.WaitHandle.WaitOne(interval);
        else
            await Task.Delay(interval, cancellationToken);
    }

    private async ValueTask<T> WithinCore<T>(TimeSpan min, TimeSpan max, Func<ValueTask<T>> function, string? hint, TimeSpan? epsilon)
    {
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

    private async ValueTask AwaitAssertCore(Func<ValueTask> assertion, TimeSpan? duration, TimeSpan? interval, bool blocking, CancellationToken cancellationToken)
    {
        var stop = Now + RemainingOrDilated(duration ?? TestKitSettings.DefaultTimeout);
        while (true)
        {
            try
            {
                await assertion();
                return;
            }
            catch (Exception) when (Now < stop)
            {
                // It may hold next time; the last failure is not caught.
            }

            await Pause(Min(interval ?? PollInterval, Positive(stop - Now)), blocking, cancellationToken);
        }
    }

    private async ValueTask<bool> AwaitConditionCore(Func<ValueTask<bool>> condition, TimeSpan? max, TimeSpan? interval, bool blocking, CancellationToken cancellationToken)
    {
        var stop = Now + RemainingOrDilated(max ?? TestKitSettings.DefaultTimeout);
        while (!await condition())
        {
            if (Now >= stop)
                return false;
            await Pause(Min(interval ?? PollInterval, Positive(stop - Now)), blocking, cancellationToken);
        }

        return true;
    }

    private void FailUnless(bool fulfilled, TimeSpan? max, string? message)
    {
        if (!fulfilled)
            Assertions.Fail("Timeout ({0}) expired while waiting for condition. {1}", max ?? TestKitSettings.DefaultTimeout, message);
    }
}
