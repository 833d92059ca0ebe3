namespace ActorP2P.Transport.Tests.Tcp;

/// <summary>How fast a listener may take sockets in.</summary>
public sealed class AcceptPaceTests
{
    [Fact]
    public async Task A_listener_that_has_used_up_its_share_of_a_core_pauses_until_it_has_one_again()
    {
        var time = new StoppedTime();
        var pace = new AcceptPace(cpuShare: 0.05, time);
        var pause = Task.CompletedTask;
        var rounds = 0;
        while (pause.IsCompleted)
        {
            // A socket that was not waiting is accounted with a wake-up, whatever this machine's clock says.
            pace.Begin();
            pace.Accepting(wasWaiting: false);
            pace.Resume();
            pause = pace.EndAsync(CancellationToken.None).AsTask();
            rounds++;
        }

        Assert.InRange(rounds, 2, 2001);
        time.FireTimers();
        await pause;
    }

    [Fact]
    public async Task A_listener_that_is_stopped_while_it_pauses_ends_its_pause()
    {
        var pace = new AcceptPace(cpuShare: 0.01, new StoppedTime());
        using var stop = new CancellationTokenSource();
        var pause = Task.CompletedTask;
        while (pause.IsCompleted)
        {
            pace.Begin();
            pace.Accepting(wasWaiting: false);
            pace.Resume();
            pause = pace.EndAsync(stop.Token).AsTask();
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pause);
    }

    // Its clock stands, and its timers fire when they are told to.
    private sealed class StoppedTime : TimeProvider
    {
        private readonly List<(TimerCallback Callback, object? State)> _timers = [];

        public override DateTimeOffset GetUtcNow() => new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add((callback, state));
            return new Nothing();
        }

        public void FireTimers() => _timers.ForEach(static timer => timer.Callback(timer.State));

        private sealed class Nothing : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
