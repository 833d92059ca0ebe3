namespace ActorP2P.Protocol.Tests.VirtualNetwork;

/// <summary>A clock that stands still until the test moves it; what is due runs in the order of time, then of scheduling.</summary>
internal sealed class VirtualTime
{
    private const int MaxStepsAtAnInstant = 1_000_000;

    private readonly PriorityQueue<Action, (DateTimeOffset At, long Order)> _queue = new();
    private long _order;
    private long _atThisInstant;

    public DateTimeOffset Now { get; private set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public long Steps { get; private set; }

    public void After(TimeSpan delay, Action action) => _queue.Enqueue(action, (Now + delay, _order++));

    public void RunFor(TimeSpan duration)
    {
        var end = Now + duration;
        while (_queue.TryPeek(out _, out var due) && due.At <= end)
        {
            var action = _queue.Dequeue();
            _atThisInstant = due.At == Now ? _atThisInstant + 1 : 0;
            Assert.True(_atThisInstant < MaxStepsAtAnInstant, "a loop of timers without delay");
            Now = due.At;
            Steps++;
            action();
        }

        Now = end;
    }
}
