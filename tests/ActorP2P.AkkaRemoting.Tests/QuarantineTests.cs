using Akka.Remote;

namespace ActorP2P.AkkaRemoting.Tests;

/// <summary>Quarantine and gating are Akka.Remote's; the transport gives them what they need, and the link stays.</summary>
public sealed class QuarantineTests
{
    private const string Namespace = "akka.remoting";
    private static readonly TimeSpan Soon = RemotingConsortium.Soon;

    [Fact]
    public async Task A_quarantined_system_learns_of_it_and_is_reached_again_in_its_next_life_only()
    {
        const string Hocon = "akka.remote { untrusted-mode = off, retry-gate-closed-for = 1s }";
        await using var consortium = new RemotingConsortium("a", "b");
        consortium.StartAll(Hocon);
        consortium["b"].ActorOf(Props.Create(() => new Echo()), "echo");
        await RemotingTests.ResolveAsync(consortium, "a", "b", "echo");
        var uid = AddressUidExtension.Uid(consortium["b"]);
        var lost = consortium.LossSeenBy("a", Namespace);
        var quarantined = EventOf<QuarantinedEvent>(consortium["a"]);
        var told = EventOf<ThisActorSystemQuarantinedEvent>(consortium["b"]);

        Provider(consortium["a"]).Quarantine(consortium.AddressOf("b"), uid);

        Assert.Equal(uid, (await quarantined.WaitAsync(Soon)).Uid);
        await SpeakUntilAsync(consortium, "b", "a", told);
        await LinkedAsync(consortium);
        Assert.False(lost.IsCompleted, "the link has stood all the time");
        await Assert.ThrowsAnyAsync<Exception>(() => RemotingTests.Select(consortium, "a", "b", "echo").ResolveOne(TimeSpan.FromSeconds(2)));

        await consortium.StopAsync("b");
        consortium.Start("b", Hocon).ActorOf(Props.Create(() => new Echo()), "echo");
        Assert.NotEqual(uid, AddressUidExtension.Uid(consortium["b"]));
        var echo = await RemotingTests.ResolveAsync(consortium, "a", "b", "echo");
        Assert.Equal("new life", await echo.Ask<string>("new life", Soon));
    }

    [Fact]
    public async Task A_quarantine_of_a_UID_that_the_system_no_longer_has_leaves_it_alone()
    {
        await using var consortium = new RemotingConsortium("a", "b");
        consortium.StartAll();
        consortium["b"].ActorOf(Props.Create(() => new Echo()), "echo");
        var echo = await RemotingTests.ResolveAsync(consortium, "a", "b", "echo");
        Provider(consortium["a"]).Quarantine(consortium.AddressOf("b"), AddressUidExtension.Uid(consortium["b"]) + 1);
        Assert.Equal("still here", await echo.Ask<string>("still here", Soon));
    }

    [Fact]
    public async Task A_watched_system_that_vanished_is_reported_terminated_and_its_next_life_is_reached()
    {
        const string Hocon = """
            akka.coordinated-shutdown.run-by-actor-system-terminate = off
            akka.remote { untrusted-mode = off, retry-gate-closed-for = 1s, watch-failure-detector.acceptable-heartbeat-pause = 10s }
            """;
        await using var consortium = new RemotingConsortium("a", "b");
        consortium.StartAll(Hocon);
        consortium["b"].ActorOf(Props.Create(() => new Echo()), "echo");
        var watched = await RemotingTests.ResolveAsync(consortium, "a", "b", "echo");
        var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var watcher = consortium["a"].ActorOf(Props.Create(() => new Watcher(watched, ended)));
        Assert.Equal("watching", await watcher.Ask<string>("ready?", Soon));
        await watched.Ask<string>("are you there?", Soon);
        await consortium.StopAsync("b");
        Assert.True(await ended.Task.WaitAsync(TimeSpan.FromSeconds(60)));

        consortium.Start("b", Hocon).ActorOf(Props.Create(() => new Echo()), "echo");
        var echo = await RemotingTests.ResolveAsync(consortium, "a", "b", "echo");
        Assert.Equal("new life", await echo.Ask<string>("new life", Soon));
    }

    [Fact]
    public async Task A_refused_association_gates_the_address_for_the_configured_time()
    {
        var gate = TimeSpan.FromSeconds(4);
        var hocon = $"akka.remote {{ untrusted-mode = off, retry-gate-closed-for = {gate.TotalSeconds}s, p2p.max-associations-per-node = 1 }}";
        await using var consortium = new RemotingConsortium("a", "b");
        consortium.StartAll(hocon);
        consortium["b"].ActorOf(Props.Create(() => new Echo()), "echo");
        var taken = new AssociationKey(consortium.IdOf("b"), 7, OpenedByUs: true);
        await SayAsync(consortium, RemotingWire.Compose(RemotingKind.Associate, taken, consortium.AddressOf("a").ToString()));
        var refused = EventOf<AssociationErrorEvent>(consortium["a"]);
        var askedAt = DateTime.UtcNow;
        RemotingTests.Select(consortium, "a", "b", "echo").Tell("the first attempt");
        var error = await refused.WaitAsync(Soon);
        Assert.Contains("too-many-associations", error.Cause.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, P2PRemoting.Get(consortium["b"]).Counters.Value("akka.refused.too-many-associations"));

        // There is room again, and Akka.Remote does not ask before the gate opens.
        await SayAsync(consortium, RemotingWire.Compose(RemotingKind.Disassociated, taken));
        await RemotingTests.ResolveAsync(consortium, "a", "b", "echo");
        Assert.True(DateTime.UtcNow - askedAt >= gate, "it was not asked again before");
        Assert.Equal(1, P2PRemoting.Get(consortium["b"]).Counters.Value("akka.refused.too-many-associations"));
    }

    private static IRemoteActorRefProvider Provider(ActorSystem system) => (IRemoteActorRefProvider)((ExtendedActorSystem)system).Provider;

    private static Task<Sent> SayAsync(RemotingConsortium consortium, byte[] message) => RemotingConsortium.EventuallyAsync(async () =>
        Assert.IsType<Sent>(await P2PRemoting.Get(consortium["a"]).Router.Ask<object>(
            new NamespaceRouter.Unicast(Namespace, consortium.IdOf("b"), "akka.pdu", message, Confirm: true), Soon)));

    private static Task<T> EventOf<T>(ActorSystem system)
    {
        var seen = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        system.EventStream.Subscribe(system.ActorOf(Props.Create(() => new EventCatcher<T>(seen))), typeof(T));
        return seen.Task;
    }

    private static async Task SpeakUntilAsync(RemotingConsortium consortium, string from, string to, Task heard)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        for (var end = DateTime.UtcNow + Soon; !heard.IsCompleted; await timer.WaitForNextTickAsync())
        {
            Assert.True(DateTime.UtcNow < end, "the other system says that it has quarantined this one");
            RemotingTests.Select(consortium, from, to, "nobody").Tell("hello");
        }
    }

    private static Task<PeerInfo> LinkedAsync(RemotingConsortium consortium) => RemotingConsortium.EventuallyAsync(async () =>
    {
        var snapshot = await P2PRemoting.Get(consortium["a"]).Router.Ask<PeersSnapshot>(new NamespaceRouter.GetPeers(Namespace), Soon);
        return Assert.Single(snapshot.Peers, static peer => peer.Linked);
    });

    private sealed class EventCatcher<T> : ReceiveActor
    {
        public EventCatcher(TaskCompletionSource<T> seen) => Receive<T>(happened => seen.TrySetResult(happened));
    }
}
