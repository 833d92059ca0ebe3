namespace ActorP2P.AkkaRemoting.Tests;

public sealed class RemotingTests
{
    private static readonly TimeSpan Soon = RemotingConsortium.Soon;
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Actors_of_two_systems_ask_each_other()
    {
        await using var consortium = new RemotingConsortium("a", "b");
        consortium.StartAll();
        consortium["b"].ActorOf(Props.Create(() => new Echo()), "echo");
        var echo = await ResolveAsync(consortium, "a", "b", "echo");
        Assert.Equal("hello", await echo.Ask<string>("hello", Soon));
        Assert.Equal("akka.p2p", echo.Path.Address.Protocol);
        Assert.True(NodeAddress.TryGetNode(echo.Path.Address.Host, out var node));
        Assert.Equal(consortium.IdOf("b"), node);
    }

    [Fact]
    public async Task Actors_of_four_systems_ask_and_watch_each_other()
    {
        string[] names = ["a", "b", "c", "d"];
        await using var consortium = new RemotingConsortium(names);
        consortium.StartAll();
        var actors = names.ToDictionary(static name => name, name => consortium[name].ActorOf(Props.Create(() => new Echo()), "echo"));
        var pairs = names.SelectMany(_ => names, static (from, to) => (From: from, To: to)).Where(static pair => pair.From != pair.To).ToArray();
        var ends = await Task.WhenAll(pairs.Select(async pair =>
        {
            var echo = await ResolveAsync(consortium, pair.From, pair.To, "echo");
            Assert.Equal(pair.ToString(), await echo.Ask<string>(pair.ToString(), Soon));
            return (pair.To, (await WatchAsync(consortium, "echo", pair.From, pair.To)).Task);
        }));
        foreach (var name in names)
        {
            Assert.All(ends, end => Assert.True(end.To != name || !end.Task.IsCompleted, name));
            consortium[name].Stop(actors[name]);
            await Task.WhenAll(ends.Where(end => end.To == name).Select(static end => end.Task)).WaitAsync(Soon);
        }
    }

    [Fact]
    public async Task Messages_of_one_sender_arrive_once_and_in_order()
    {
        const int Count = 20_000;
        await using var consortium = new RemotingConsortium("a", "b");
        consortium.StartAll();
        var received = new TaskCompletionSource<List<int>>(TaskCreationOptions.RunContinuationsAsynchronously);
        consortium["b"].ActorOf(Props.Create(() => new Collector(Count, received)), "collector");
        var collector = await ResolveAsync(consortium, "a", "b", "collector");
        for (var i = 0; i < Count; i++)
        {
            collector.Tell(i);
        }

        Assert.Equal(Enumerable.Range(0, Count), await received.Task.WaitAsync(Soon));
    }

    [Fact]
    public async Task Large_messages_pass_beside_heartbeats_and_the_association_stays()
    {
        await using var consortium = new RemotingConsortium("a", "b");
        consortium.StartAll("akka.remote { untrusted-mode = off, transport-failure-detector { heartbeat-interval = 200ms, acceptable-heartbeat-pause = 10s } }");
        consortium["b"].ActorOf(Props.Create(() => new Echo()), "echo");
        var echo = await ResolveAsync(consortium, "a", "b", "echo");
        var payload = new byte[2 * 1024 * 1024];
        Random.Shared.NextBytes(payload);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => echo.Ask<byte[]>(payload, Soon)));
        Assert.All(answers, answer => Assert.Equal(payload, answer));
        Assert.Equal(0, P2PRemoting.Get(consortium["a"]).Counters.Value("akka.refused.unknown-association"));
    }

    [Fact]
    public async Task A_watched_actor_that_stops_or_whose_system_goes_is_reported_terminated()
    {
        await using var consortium = new RemotingConsortium("a", "b");
        consortium.StartAll();
        var (stopping, staying) = (consortium["b"].ActorOf(Props.Create(() => new Echo()), "stopping"), consortium["b"].ActorOf(Props.Create(() => new Echo()), "staying"));
        var stopped = await WatchAsync(consortium, "stopping");
        var gone = await WatchAsync(consortium, "staying");
        consortium["b"].Stop(stopping);
        await stopped.Task.WaitAsync(Soon);
        Assert.False(gone.Task.IsCompleted, staying.ToString());
        await consortium.StopAsync("b");
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_system_that_comes_back_is_reached_again()
    {
        await using var consortium = new RemotingConsortium("a", "b");
        consortium.StartAll("akka.remote { untrusted-mode = off, retry-gate-closed-for = 1s }");
        for (var life = 0; life < 2; life++)
        {
            consortium["b"].ActorOf(Props.Create(() => new Echo()), "echo");
            var echo = await ResolveAsync(consortium, "a", "b", "echo");
            Assert.Equal(life, await echo.Ask<int>(life, Soon));
            await consortium.StopAsync("b");
            consortium.Start("b", "akka.remote { untrusted-mode = off, retry-gate-closed-for = 1s }");
        }
    }

    [Fact]
    public async Task Untrusted_mode_lets_selections_reach_the_listed_paths_only()
    {
        await using var consortium = new RemotingConsortium("a", "b");
        consortium.StartAll("akka.remote.trusted-selection-paths = [\"/user/open\"]");
        consortium["b"].ActorOf(Props.Create(() => new Echo()), "open");
        consortium["b"].ActorOf(Props.Create(() => new Echo()), "closed");
        Assert.Equal("x", await RemotingConsortium.EventuallyAsync(() => Select(consortium, "a", "b", "open").Ask<string>("x", Attempt)));
        await Assert.ThrowsAnyAsync<Exception>(() => Select(consortium, "a", "b", "closed").Ask<string>("x", Attempt));
    }

    [Fact]
    public async Task Modules_of_the_system_share_the_node_with_remoting()
    {
        await using var consortium = new RemotingConsortium("a", "b");
        consortium.StartAll();
        var router = P2PRemoting.Get(consortium["a"]).Router;
        Assert.IsType<Opened>(await router.Ask<object>(new NamespaceRouter.Open("ledger"), Soon));
        Assert.IsType<Opened>(await P2PRemoting.Get(consortium["b"]).Router.Ask<object>(new NamespaceRouter.Open("ledger"), Soon));
        var peers = await RemotingConsortium.EventuallyAsync(async () =>
        {
            var snapshot = await router.Ask<PeersSnapshot>(new NamespaceRouter.GetPeers("ledger"), Soon);
            Assert.Single(snapshot.Peers, peer => peer.Linked);
            return snapshot;
        });
        Assert.Equal(consortium.IdOf("b"), peers.Peers.Single().Node);
    }

    internal static ActorSelection Select(RemotingConsortium consortium, string from, string to, string actor) =>
        consortium[from].ActorSelection($"{consortium.AddressOf(to)}/user/{actor}");

    internal static Task<IActorRef> ResolveAsync(RemotingConsortium consortium, string from, string to, string actor) =>
        RemotingConsortium.EventuallyAsync(() => Select(consortium, from, to, actor).ResolveOne(Attempt));

    private static async Task<TaskCompletionSource<bool>> WatchAsync(RemotingConsortium consortium, string actor, string from = "a", string to = "b")
    {
        var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var watched = await ResolveAsync(consortium, from, to, actor);
        var watcher = consortium[from].ActorOf(Props.Create(() => new Watcher(watched, ended)));
        Assert.Equal("watching", await watcher.Ask<string>("ready?", Soon));
        // Its watch request went out before this question on the same association.
        await watched.Ask<string>("are you there?", Soon);
        return ended;
    }

    private sealed class Collector : ReceiveActor
    {
        private readonly List<int> _received = [];

        public Collector(int count, TaskCompletionSource<List<int>> done) => Receive<int>(number =>
        {
            _received.Add(number);
            if (_received.Count == count)
            {
                done.TrySetResult(_received);
            }
        });
    }
}
