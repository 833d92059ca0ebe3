using Akka.Dispatch.SysMsg;

namespace ActorP2P.AkkaRemoting.Tests;

/// <summary>
/// What a remote system may not do in untrusted mode, which is on by default. System a is a member whose own mode is off and
/// that says whatever it likes; b is untrusting, and its actor <c>open</c> may be selected.
/// </summary>
public sealed class UntrustedModeTests
{
    private const string Counter = "akka.refused.untrusted-message";
    private const string Liar = """
        akka.remote { untrusted-mode = off, watch-failure-detector { acceptable-heartbeat-pause = 300s, expected-response-after = 300s } }
        """;

    private const string Untrusting = "akka { loglevel = DEBUG, remote.trusted-selection-paths = [\"/user/open\"] }";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_remote_system_cannot_deploy()
    {
        await using var consortium = new RemotingConsortium("a", "b");
        var open = await StartAsync(consortium);
        var dropped = new Dropped(consortium["b"]);
        consortium["a"].ActorOf(Props.Create(() => new Echo()).WithDeploy(new Deploy(new RemoteScope(consortium.AddressOf("b")))), "intruder");
        await dropped.OfAsync("daemon message");
        await AliveAsync(open);
    }

    [Fact]
    public async Task A_remote_PoisonPill_is_refused()
    {
        await using var consortium = new RemotingConsortium("a", "b");
        var open = await StartAsync(consortium);
        var dropped = new Dropped(consortium["b"]);
        open.Tell(PoisonPill.Instance);
        await dropped.OfAsync(nameof(PoisonPill));
        await RefusedAsync(consortium, 1);
        await AliveAsync(open);
    }

    [Fact]
    public async Task A_remote_Kill_is_refused()
    {
        await using var consortium = new RemotingConsortium("a", "b");
        var open = await StartAsync(consortium);
        open.Tell(Kill.Instance);
        await RefusedAsync(consortium, 1);
        await AliveAsync(open);
    }

    [Fact]
    public async Task A_Kill_cannot_hide_in_a_selection_of_an_open_path()
    {
        await using var consortium = new RemotingConsortium("a", "b");
        var open = await StartAsync(consortium);
        RemotingTests.Select(consortium, "a", "b", "open").Tell(Kill.Instance);
        await RefusedAsync(consortium, 1);
        await AliveAsync(open);
    }

    [Fact]
    public async Task A_remote_watch_and_unwatch_are_refused_and_the_watcher_learns_nothing()
    {
        await using var consortium = new RemotingConsortium("a", "b");
        var open = await StartAsync(consortium);
        var other = consortium["b"].ActorOf(Props.Create(() => new Echo()));
        var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var watcher = consortium["a"].ActorOf(Props.Create(() => new Watcher(open, ended)));
        Assert.Equal("watching", await watcher.Ask<string>("ready?", Soon));
        await RefusedAsync(consortium, 1);

        // Of a watch of b's own: the remote system cannot end it either.
        var localEnd = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var opened = await consortium["b"].ActorSelection("/user/open").ResolveOne(Soon);
        var local = consortium["b"].ActorOf(Props.Create(() => new Watcher(opened, localEnd)), "local");
        Assert.Equal("watching", await local.Ask<string>("ready?", Soon));
        Say(open, new Unwatch((IInternalActorRef)open, (IInternalActorRef)watcher));
        await RefusedAsync(consortium, 2);

        await opened.GracefulStop(Soon);
        Assert.True(await localEnd.Task.WaitAsync(Soon));
        Assert.Equal("x", await other.Ask<string>("x", Soon));
        Assert.False(ended.Task.IsCompleted, "nobody told the remote watcher");
    }

    [Fact]
    public async Task System_messages_of_a_remote_system_are_refused_one_by_one()
    {
        await using var consortium = new RemotingConsortium("a", "b");
        var open = await StartAsync(consortium);
        ISystemMessage[] messages =
        [
            new Terminate(), new Suspend(), new Recreate(new InvalidOperationException("x")), new Resume(null!),
            new Supervise(open, false), new Failed(open, new InvalidOperationException("x"), 0), new DeathWatchNotification(open, true, false),
        ];
        for (var count = 0; count < messages.Length; count++)
        {
            Say(open, messages[count]);
            await RefusedAsync(consortium, count + 1);
            await AliveAsync(open);
        }
    }

    /// <summary>The serializer is the sender's choice: any that the receiver has makes any object.</summary>
    [Fact]
    public async Task Another_serializer_does_not_carry_a_Kill_or_a_system_message_past_the_guard()
    {
        await using var consortium = new RemotingConsortium("a", "b");
        var open = await StartAsync(consortium, """
            akka.actor.serialization-bindings { "Akka.Actor.Kill, Akka" = json, "Akka.Dispatch.SysMsg.SystemMessage, Akka" = json }
            """);
        open.Tell(Kill.Instance);
        await RefusedAsync(consortium, 1);
        Say(open, new Terminate());
        await RefusedAsync(consortium, 2);
        await AliveAsync(open);
    }

    private static async Task<IActorRef> StartAsync(RemotingConsortium consortium, string liar = "")
    {
        consortium.Start("a", $"{Liar}\n{liar}");
        consortium.Start("b", Untrusting).ActorOf(Props.Create(() => new Echo()), "open");
        return await RemotingConsortium.EventuallyAsync(
            async () => (await RemotingTests.Select(consortium, "a", "b", "open").Ask<ActorIdentity>(new Identify(1), TimeSpan.FromSeconds(3))).Subject
                ?? throw new InvalidOperationException("not there yet"),
            Soon);
    }

    private static void Say(IActorRef remote, ISystemMessage message) => ((IInternalActorRef)remote).SendSystemMessage(message);

    private static Task<bool> RefusedAsync(RemotingConsortium consortium, int count) => RemotingConsortium.EventuallyAsync(
        () =>
        {
            Assert.Equal(count, P2PRemoting.Get(consortium["b"]).Counters.Value(Counter));
            return Task.FromResult(true);
        },
        Soon);

    private static async Task AliveAsync(IActorRef open) => Assert.Equal("alive", await open.Ask<string>("alive", Soon));

    /// <summary>What a system said that it dropped.</summary>
    private sealed class Dropped
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _said = new();

        public Dropped(ActorSystem system) =>
            system.EventStream.Subscribe(system.ActorOf(Props.Create(() => new Reader(_said))), typeof(Debug));

        public Task<bool> OfAsync(string what) => RemotingConsortium.EventuallyAsync(() =>
        {
            Assert.Contains(_said, line => line.Contains(what, StringComparison.Ordinal));
            return Task.FromResult(true);
        });

        private sealed class Reader : ReceiveActor
        {
            public Reader(System.Collections.Concurrent.ConcurrentQueue<string> said) => Receive<Debug>(line =>
            {
                var text = line.Message.ToString()!;
                if (text.Contains("untrusted", StringComparison.OrdinalIgnoreCase))
                {
                    said.Enqueue(text);
                }
            });
        }
    }
}
