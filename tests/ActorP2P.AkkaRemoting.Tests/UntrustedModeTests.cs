namespace ActorP2P.AkkaRemoting.Tests;

/// <summary>What a remote system may not do in untrusted mode, which is on by default.</summary>
public sealed class UntrustedModeTests
{
    private const string Untrusted = "akka { loglevel = DEBUG, remote.trusted-selection-paths = [\"/user/open\"] }";
    private static readonly TimeSpan Soon = RemotingConsortium.Soon;

    [Fact]
    public async Task A_remote_system_can_neither_deploy_nor_kill()
    {
        await using var consortium = new RemotingConsortium("a", "b");
        consortium.StartAll(Untrusted);
        var open = consortium["b"].ActorOf(Props.Create(() => new Echo()), "open");
        var dropped = new Dropped(consortium["b"]);
        var remote = await RemotingConsortium.EventuallyAsync(async () =>
            (await RemotingTests.Select(consortium, "a", "b", "open").Ask<ActorIdentity>(new Identify(1), TimeSpan.FromSeconds(3))).Subject
            ?? throw new InvalidOperationException("not there yet"));

        remote.Tell(PoisonPill.Instance);
        consortium["a"].ActorOf(Props.Create(() => new Echo()).WithDeploy(new Deploy(new RemoteScope(consortium.AddressOf("b")))), "intruder");

        await dropped.OfAsync("daemon message");
        await dropped.OfAsync(nameof(PoisonPill));
        Assert.Equal("alive", await remote.Ask<string>("alive", Soon));
        Assert.False(open.IsNobody());
    }

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
