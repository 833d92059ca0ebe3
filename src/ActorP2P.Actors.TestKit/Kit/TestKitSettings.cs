using ActorP2P.Hocon;

namespace ActorP2P.Actors.TestKit;

/// <summary>Time limits of a kit, from <c>akka.test</c>.</summary>
public sealed class TestKitSettings
{
    internal TestKitSettings(Config config)
    {
        DefaultTimeout = config.GetTimeSpan("akka.test.default-timeout", allowInfinite: false);
        SingleExpectDefault = config.GetTimeSpan("akka.test.single-expect-default", allowInfinite: false);
        ExpectNoMessageDefault = config.GetTimeSpan("akka.test.expect-no-message-default", allowInfinite: false);
        TestEventFilterLeeway = config.GetTimeSpan("akka.test.filter-leeway", allowInfinite: false);
        TestTimeFactor = config.GetDouble("akka.test.timefactor");
        if (!double.IsFinite(TestTimeFactor) || TestTimeFactor <= 0)
            throw new ConfigurationException("akka.test.timefactor must be above zero.");
    }

    /// <summary>Of what has no limit of its own.</summary>
    public TimeSpan DefaultTimeout { get; }

    /// <summary>Of one expectation.</summary>
    public TimeSpan SingleExpectDefault { get; }

    /// <summary>Silence to wait for.</summary>
    public TimeSpan ExpectNoMessageDefault { get; }

    /// <summary>Of the events that a filter expects.</summary>
    public TimeSpan TestEventFilterLeeway { get; }

    /// <summary>Scales all of them.</summary>
    public double TestTimeFactor { get; }
}

/// <summary>Makes a test actor the sender of what its test tells, also after an <c>await</c> has changed threads.</summary>
internal static class ImplicitSender
{
    internal static void Install(IActorRef testActor)
    {
        var cell = ((LocalActorRef)testActor).Cell;
        ActorCell.Current = cell;
        SynchronizationContext.SetSynchronizationContext(new CellKeepingContext(cell));
    }

    internal static void Remove(IActorRef testActor)
    {
        var cell = ((LocalActorRef)testActor).Cell;
        if (ReferenceEquals(ActorCell.Current, cell))
            ActorCell.Current = null;
    }

    private sealed class CellKeepingContext(ActorCell cell) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) =>
            ThreadPool.QueueUserWorkItem(_ => Run(d, state));

        public override void Send(SendOrPostCallback d, object? state) => Run(d, state);

        public override SynchronizationContext CreateCopy() => new CellKeepingContext(cell);

        private void Run(SendOrPostCallback callback, object? state)
        {
            var previousContext = Current;
            var previousCell = ActorCell.Current;
            SetSynchronizationContext(this);
            ActorCell.Current = cell.IsTerminated ? null : cell;
            try
            {
                callback(state);
            }
            finally
            {
                ActorCell.Current = previousCell;
                SetSynchronizationContext(previousContext);
            }
        }
    }
}
