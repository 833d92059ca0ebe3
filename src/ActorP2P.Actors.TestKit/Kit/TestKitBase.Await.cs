namespace ActorP2P.Actors.TestKit;

/// <summary>Assertions and conditions that come true after a while.</summary>
public abstract partial class TestKitBase
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

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

    /// <summary>Waits for the condition; false when the time was over first.</summary>
    public Task<bool> AwaitConditionNoThrowAsync(Func<bool> conditionIsFulfilled, TimeSpan max, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitConditionCore(() => ValueTask.FromResult(conditionIsFulfilled()), max, interval, false, cancellationToken).AsTask();

    /// <summary>Waits for the condition; false when the time was over first.</summary>
    public Task<bool> AwaitConditionNoThrowAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan max, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitConditionCore(() => new ValueTask<bool>(conditionIsFulfilled()), max, interval, false, cancellationToken).AsTask();

    /// <summary>Waits for the condition within the default time.</summary>
    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, null, null, null, cancellationToken);

    /// <summary>Waits for the condition within the time.</summary>
    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, null, cancellationToken);

    /// <summary>Waits for the condition within the time.</summary>
    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, TimeSpan? max, string? message, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, message, cancellationToken);

    /// <summary>Waits for the condition within the time, looking at every interval.</summary>
    public async Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string? message = null, CancellationToken cancellationToken = default) =>
        FailUnless(await AwaitConditionCore(() => ValueTask.FromResult(conditionIsFulfilled()), max, interval, false, cancellationToken), max, message);

    /// <summary>Waits for the condition within the default time.</summary>
    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, null, null, null, cancellationToken);

    /// <summary>Waits for the condition within the time.</summary>
    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, null, cancellationToken);

    /// <summary>Waits for the condition within the time.</summary>
    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, string? message, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, message, cancellationToken);

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
