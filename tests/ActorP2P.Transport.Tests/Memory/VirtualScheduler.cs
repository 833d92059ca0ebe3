namespace ActorP2P.Transport.Tests.Memory;

/// <summary>Virtual time: actions run when the test says so, in order of time; equal times in order or shuffled.</summary>
internal sealed class VirtualScheduler(Random? shuffle = null)
{
    private readonly PriorityQueue<Action, (TimeSpan At, int Rank)> _due = new();
    private int _count;

    /// <summary>The time of the last action that ran.</summary>
    public TimeSpan Now { get; private set; }

    public void Schedule(TimeSpan delay, Action run) => _due.Enqueue(run, (Now + delay, shuffle?.Next() ?? _count++));

    public void RunAll()
    {
        while (RunNext(TimeSpan.MaxValue))
        {
        }
    }

    /// <summary>Runs what is due, and on as long as the next action is at most this far away.</summary>
    public void RunUntilQuiet(TimeSpan quiet)
    {
        while (RunNext(quiet))
        {
        }
    }

    /// <summary>Runs one action if there is one this near.</summary>
    public bool RunNext(TimeSpan within)
    {
        if (!_due.TryPeek(out _, out var next) || next.At - Now > within)
        {
            return false;
        }

        var run = _due.Dequeue();
        Now = next.At;
        run();
        return true;
    }
}

/// <summary>Reading a recorder while virtual time runs.</summary>
internal static class VirtualReading
{
    /// <summary>Runs until the next call of this kind; others before it are passed over.</summary>
    public static T Until<T>(this EventRecorder sink, VirtualScheduler time)
        where T : SinkCall
    {
        do
        {
            while (sink.TryNext(out var call))
            {
                if (call is T wanted)
                {
                    return wanted;
                }
            }
        }
        while (time.RunNext(TimeSpan.MaxValue));
        throw new Xunit.Sdk.XunitException($"no {typeof(T).Name} came");
    }

    /// <summary>Runs until nothing more is near and gives the counters of the frames received, a Closed behind them left where it is.</summary>
    public static IReadOnlyList<ulong> Counters(this EventRecorder sink, VirtualScheduler time)
    {
        time.RunUntilQuiet(TimeSpan.FromSeconds(1));
        var counters = new List<ulong>();
        while (sink.TryPeek(out var call) && call is SinkCall.Received received)
        {
            counters.AddRange(received.Frames.Select(frame => frame.Header.Counter));
            sink.TryNext(out _);
        }

        return counters;
    }

    /// <summary>Writes and runs what is due now; the write must then be reported as written, or not.</summary>
    public static void Write(
        this ITransportConnection connection,
        IReadOnlyList<ReadOnlyMemory<byte>> frames,
        VirtualScheduler time,
        EventRecorder sink,
        bool expectWritten = true)
    {
        connection.Write(frames);
        time.RunUntilQuiet(TimeSpan.Zero);
        Assert.Equal(expectWritten, sink.TryNext(out var call) && call is SinkCall.Written);
    }
}
