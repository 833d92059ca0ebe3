using System.Threading.Channels;

namespace EngineCallers;

/// <summary>A system for one test, and a recorder that the actors of the test report to.</summary>
public abstract class Caller : IAsyncLifetime
{
    protected static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Channel<object> _reports = Channel.CreateUnbounded<object>();

    protected Caller(string settings = "")
    {
        Sys = ActorSystem.Create("callers", "akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off }\n" + settings);
        Recorder = Sys.ActorOf(Props.Create(() => new RecordingActor(_reports.Writer)), "recorder");
    }

    protected ActorSystem Sys { get; }

    protected IActorRef Recorder { get; }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => Sys.Terminate().WaitAsync(Limit);

    /// <summary>The next reports, which must be these.</summary>
    protected async Task Expect(params object[] expected)
    {
        foreach (var one in expected)
            Assert.Equal(one, await Next());
    }

    /// <summary>The next report.</summary>
    protected async Task<object> Next()
    {
        using var limit = new CancellationTokenSource(Limit);
        return await _reports.Reader.ReadAsync(limit.Token);
    }

    /// <summary>The next report, which must be of that type.</summary>
    protected async Task<T> Next<T>() => Assert.IsAssignableFrom<T>(await Next());

    /// <summary>Nothing was reported before what is sent now. Holds for reports that were on their way already.</summary>
    protected async Task ExpectNothing()
    {
        var marker = new object();
        Recorder.Tell(marker);
        Assert.Same(marker, await Next());
    }

    /// <summary>All that is in the actor's mailbox now has been handled.</summary>
    protected static Task Handled(IActorRef actor) => actor.Ask<ActorIdentity>(new Identify(0), Limit);

    private sealed class RecordingActor(ChannelWriter<object> reports) : ReceiveActor
    {
        protected override bool AroundReceive(Receive receive, object message)
        {
            reports.TryWrite(message is Terminated ended ? $"terminated {ended.ActorRef.Path.Name}" : message);
            return true;
        }
    }
}

/// <summary>An order to do something inside of an actor.</summary>
public sealed record Do(Action<Doer> Action);

/// <summary>Does what it is told; reports its life cycle and what else it gets.</summary>
public class Doer(IActorRef recorder) : UntypedActor
{
    public new static IUntypedActorContext Context => UntypedActor.Context;

    public new IActorRef Self => base.Self;

    public new IActorRef Sender => base.Sender;

    protected IActorRef Recorder => recorder;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Do order:
                order.Action(this);
                break;
            case Exception failure:
                throw failure;
            case Terminated ended:
                recorder.Tell($"terminated {ended.ActorRef.Path.Name}");
                break;
            default:
                recorder.Tell($"{Self.Path.Name} got {message}");
                break;
        }
    }
}
