namespace ActorP2P.EngineTests;

public sealed class EngineSmokeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task An_asked_actor_answers()
    {
        using var system = ActorSystem.Create("smoke");
        var echo = system.ActorOf(Props.Create(() => new Echo()), "echo");
        Assert.Equal("hello", await echo.Ask<string>("hello", Limit));
        Assert.Equal("/user/echo", echo.Path.ToStringWithoutAddress());
        await system.Terminate().WaitAsync(Limit);
    }

    [Fact]
    public async Task Many_messages_from_many_threads_all_arrive()
    {
        using var system = ActorSystem.Create("smoke");
        var counter = system.ActorOf(Props.Create(() => new Counter()));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 100_000; i++)
                counter.Tell(i);
        })));
        Assert.Equal(800_000, await counter.Ask<int>("count", Limit));
        await system.Terminate().WaitAsync(Limit);
    }

    [Fact]
    public async Task A_failing_child_is_restarted_and_keeps_its_mailbox()
    {
        using var system = ActorSystem.Create("smoke", "akka.loglevel = OFF");
        var counter = system.ActorOf(Props.Create(() => new Counter()));
        counter.Tell(1);
        counter.Tell("fail");
        counter.Tell(1);
        Assert.Equal(1, await counter.Ask<int>("count", Limit));
        Assert.True(await counter.GracefulStop(Limit));
        await system.Terminate().WaitAsync(Limit);
    }

    [Fact]
    public async Task Async_handlers_hold_the_mailbox()
    {
        using var system = ActorSystem.Create("smoke");
        var sleeper = system.ActorOf(Props.Create(() => new Sleeper()));
        var first = sleeper.Ask<string>("slow", Limit);
        var second = sleeper.Ask<string>("fast", Limit);
        Assert.Equal("slow 1", await first);
        Assert.Equal("fast 2", await second);
        await system.Terminate().WaitAsync(Limit);
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    private sealed class Counter : ReceiveActor
    {
        private int _count;

        public Counter()
        {
            Receive<int>(_ => _count++);
            Receive<string>(s => s == "count", _ => Sender.Tell(_count));
            Receive<string>(s => s == "fail", _ => throw new InvalidOperationException("asked to"));
        }
    }

    private sealed class Sleeper : ReceiveActor
    {
        private int _count;

        public Sleeper() => ReceiveAsync<string>(async text =>
        {
            if (text == "slow")
                await Task.Delay(30);
            Sender.Tell($"{text} {++_count}");
        });
    }
}
