namespace ActorP2P.EngineTests;

public sealed class ActorSimulationTests
{
    [Fact]
    public void The_same_seed_gives_the_same_trace_and_another_seed_another()
    {
        var first = RunRing(seed: 7);
        Assert.Equal(first, RunRing(seed: 7));
        Assert.NotEqual(first, RunRing(seed: 8));
    }

    [Fact]
    public void Ten_virtual_days_pass_at_once_and_timers_keep_their_phase()
    {
        var simulation = new ActorSimulation(1);
        var beats = new List<TimeSpan>();
        var system = simulation.CreateSystem("time");
        system.ActorOf(Props.Create(() => new Beater(simulation, beats)));
        simulation.RunFor(TimeSpan.FromDays(10));
        Assert.Equal(240, beats.Count);
        Assert.All(beats.Select((beat, i) => (beat, i)), b => Assert.Equal(TimeSpan.FromHours(b.i + 1), b.beat));
        Assert.Equal(TimeSpan.FromDays(10), simulation.Elapsed);
    }

    [Fact]
    public async Task Ask_async_handlers_and_pipe_to_run_in_virtual_time()
    {
        var simulation = new ActorSimulation(1);
        var system = simulation.CreateSystem("async");
        var slow = system.ActorOf(Props.Create(() => new SlowEcho(simulation.Time)));
        var thread = Environment.CurrentManagedThreadId;
        var relay = system.ActorOf(Props.Create(() => new Relay(slow, thread)));
        var answer = relay.Ask<string>("hello", TimeSpan.FromMinutes(1));
        var tooLate = slow.Ask<string>("late", TimeSpan.FromSeconds(3));
        Assert.True(simulation.RunUntil(() => answer.IsCompleted, TimeSpan.FromMinutes(1)));
        Assert.Equal("hello", await answer);
        simulation.RunFor(TimeSpan.FromMinutes(1));
        Assert.IsType<AskTimeoutException>(tooLate.Exception!.InnerException);
    }

    [Fact]
    public void An_interceptor_changes_or_swallows_what_actors_tell_each_other()
    {
        var simulation = new ActorSimulation(1);
        var heard = new List<string>();
        simulation.Intercept = (receiver, message, _) => receiver.Path.Name != "ear" ? message : message switch
        {
            "secret" => null,
            string text => text.ToUpperInvariant(),
            _ => message,
        };
        var ear = simulation.CreateSystem("ears").ActorOf(Props.Create(() => new Ear(heard)), "ear");
        ear.Tell("secret");
        ear.Tell("news");
        simulation.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(["NEWS"], heard);
    }

    [Fact]
    public void Systems_of_one_simulation_terminate_in_it()
    {
        var simulation = new ActorSimulation(3);
        var systems = Enumerable.Range(0, 10).Select(i => simulation.CreateSystem($"node-{i}")).ToArray();
        simulation.RunFor(TimeSpan.FromSeconds(1));
        var ends = systems.Select(s => s.Terminate()).ToArray();
        Assert.True(simulation.RunUntil(() => ends.All(e => e.IsCompletedSuccessfully), TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Actors_that_keep_each_other_busy_for_ever_are_a_typed_error()
    {
        var simulation = new ActorSimulation(3) { StepsPerInstantLimit = 1000 };
        var system = simulation.CreateSystem("loop");
        var echo = system.ActorOf(Props.Create(() => new Bouncer()));
        echo.Tell("ball", system.ActorOf(Props.Create(() => new Bouncer())));
        Assert.Throws<InvalidOperationException>(() => simulation.RunFor(TimeSpan.FromSeconds(1)));
    }

    private static ulong RunRing(int seed)
    {
        var simulation = new ActorSimulation(seed);
        for (var s = 0; s < 3; s++)
        {
            var system = simulation.CreateSystem($"ring-{s}");
            var members = Enumerable.Range(0, 5).Select(i => system.ActorOf(Props.Create(() => new Gossiper(simulation.Random)), $"g{i}")).ToArray();
            foreach (var member in members)
                member.Tell(members);
        }

        simulation.RunFor(TimeSpan.FromSeconds(30));
        return simulation.TraceHash;
    }

    private sealed class Bouncer : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    private sealed class Beater : ReceiveActor, IWithTimers
    {
        public Beater(ActorSimulation simulation, List<TimeSpan> beats) => Receive<string>(_ => beats.Add(simulation.Elapsed));

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => Timers.StartPeriodicTimer(1, "beat", TimeSpan.FromHours(1));
    }

    private sealed class SlowEcho : ReceiveActor
    {
        public SlowEcho(TimeProvider time) => ReceiveAsync<string>(async text =>
        {
            await Task.Delay(TimeSpan.FromSeconds(5), time);
            Sender.Tell(text);
        });
    }

    private sealed class Relay : ReceiveActor
    {
        public Relay(IActorRef target, int thread)
        {
            Receive<string>(text => target.Ask<string>(text, TimeSpan.FromSeconds(20)).PipeTo(Self, Sender, answer => new Answer(answer)));
            Receive<Answer>(answer =>
            {
                Assert.Equal(thread, Environment.CurrentManagedThreadId);
                Sender.Tell(answer.Text);
            });
        }

        private sealed record Answer(string Text);
    }

    private sealed class Ear : ReceiveActor
    {
        public Ear(List<string> heard) => Receive<string>(heard.Add);
    }
}
