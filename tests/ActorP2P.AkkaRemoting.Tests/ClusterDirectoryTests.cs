using Akka.Cluster;

namespace ActorP2P.AkkaRemoting.Tests;

/// <summary><c>discovery.mode = cluster</c>: whom to dial, and where, comes from Akka.Cluster.</summary>
public sealed class ClusterDirectoryTests
{
    private const string Remoting = "akka.remoting";
    private const string Ledger = "ledger";
    private static readonly TimeSpan Soon = RemotingConsortium.Soon;

    [Fact]
    public async Task A_node_learns_where_another_listens_from_the_cluster_alone()
    {
        await using var consortium = new RemotingConsortium("a", "b", "c") { KnowsPeers = false };
        consortium.StartAll(ClusterOf(consortium, "a"));
        await Task.WhenAll(ClusterTests.MembersAsync(consortium["b"], 3), ClusterTests.MembersAsync(consortium["c"], 3));

        // Nobody configured them for each other, and link states are not dialled in this mode.
        await LinkedAsync(consortium, Remoting, "b", "c");
        await LinkedAsync(consortium, Remoting, "c", "b");
        Assert.Equal(2, P2PRemoting.Get(consortium["b"]).Counters.Value("akka.directory.members"));
    }

    [Fact]
    public async Task Downing_a_member_takes_it_out_of_the_cluster_and_cuts_no_link()
    {
        await using var consortium = new RemotingConsortium("a", "b", "c") { KnowsPeers = false };
        consortium.StartAll(ClusterOf(consortium, "a") + "\nakka.cluster.run-coordinated-shutdown-when-down = off");
        await Task.WhenAll(new[] { "a", "b", "c" }.Select(name => ClusterTests.MembersAsync(consortium[name], 3)));
        await OpenAsync(consortium, "a");
        await OpenAsync(consortium, "c");
        await LinkedAsync(consortium, Ledger, "a", "c");
        var router = P2PRemoting.Get(consortium["a"]).Router;
        var lost = consortium.LossSeenBy("a", Ledger);
        var module = consortium["c"].ActorOf(Props.Create(() => new Echo()));
        Assert.IsType<Registered>(await P2PRemoting.Get(consortium["c"]).Router.Ask<object>(new NamespaceRouter.Register(Ledger, "block", module), Soon));

        Cluster.Get(consortium["a"]).Down(consortium.AddressOf("c"));
        await Task.WhenAll(ClusterTests.MembersAsync(consortium["a"], 2), ClusterTests.MembersAsync(consortium["b"], 2));

        Assert.Equal(1, P2PRemoting.Get(consortium["a"]).Counters.Value("akka.directory.members"));
        Assert.IsType<Sent>(await router.Ask<object>(
            new NamespaceRouter.Unicast(Ledger, consortium.IdOf("c"), "block", new byte[] { 1 }, Confirm: true), Soon));
        await LinkedAsync(consortium, Ledger, "a", "c");
        Assert.False(lost.IsCompleted, "the link has stood all the time");
    }

    [Fact]
    public async Task An_odd_or_forged_address_is_counted_and_the_cluster_forms_without_it()
    {
        await using var consortium = new RemotingConsortium("a", "b", "liar", "denied") { KnowsPeers = false };
        var id = RemotingConsortium.SomeNode();
        string[] odd =
        [
            $"{NodeAddress.Of(id, "consortium").WithProtocol("akka.p2p")}",
            $"{NodeAddress.Of(consortium.IdOf("a"), "another", consortium.PlaceOf("a")).WithProtocol("akka.p2p")}",
            $"{NodeAddress.Of(id, "consortium", "169.254.169.254:80").WithProtocol("akka.p2p")}",
            $"{NodeAddress.Of(id, "consortium", consortium.PlaceOf("liar")).WithProtocol("akka.p2p")}",
            $"{consortium.AddressOf("denied")}",
        ];
        consortium.Start("liar", "akka.actor.provider = cluster");
        consortium.Start("denied", "akka.actor.provider = cluster");
        consortium.Start("a", ClusterOf(consortium, ["a"], odd) + $"\nactorp2p.identity.deny-node-ids = [\"{consortium.IdOf("denied")}\"]");
        consortium.Start("b", ClusterOf(consortium, "a"));
        await ClusterTests.MembersAsync(consortium["a"], 2);
        string[] counters =
        [
            "akka.directory.refused.no-place", "akka.directory.refused.own-node", "discovery.refused-address", "link.refused.unexpected-identity", "link.refused.certificate-denied",
        ];
        foreach (var counter in counters)
        {
            await RemotingConsortium.EventuallyAsync(() =>
            {
                Assert.True(P2PRemoting.Get(consortium["a"]).Counters.Value(counter) > 0, counter);
                return Task.FromResult(true);
            });
        }
    }

    [Fact]
    public void Only_another_node_of_this_transport_with_a_place_gets_an_entry()
    {
        var (node, other) = (RemotingConsortium.SomeNode(), RemotingConsortium.SomeNode());
        var self = NodeAddress.Of(node, "s", "10.0.0.1:1").WithProtocol("akka.p2p");
        var entry = ClusterDirectory.Read(NodeAddress.Of(other, "s", "10.0.0.2:7").WithProtocol("akka.p2p"), self, out var refusal);
        Assert.Null(refusal);
        Assert.Equal((other, "10.0.0.2:7"), (entry!.Node, entry.Addresses.Single()));
        Assert.Equal("other-transport", ReasonFor(NodeAddress.Of(other, "s", "10.0.0.2:7").WithProtocol("akka.tcp")));
        Assert.Equal("no-node", ReasonFor(new Address("akka.p2p", "s", "10.0.0.2", 7)));
        Assert.Equal("no-node", ReasonFor(new Address("akka.p2p", "s")));
        Assert.Equal("no-place", ReasonFor(NodeAddress.Of(other, "s").WithProtocol("akka.p2p")));
        Assert.Equal("own-node", ReasonFor(NodeAddress.Of(node, "another", "10.0.0.2:7").WithProtocol("akka.p2p")));

        string? ReasonFor(Address address)
        {
            Assert.Null(ClusterDirectory.Read(address, self, out var reason));
            return reason;
        }
    }

    [Fact]
    public async Task Without_a_cluster_the_mode_is_an_error_that_names_the_provider()
    {
        await using var consortium = new RemotingConsortium("a") { KnowsPeers = false };
        var config = Akka.Configuration.ConfigurationFactory.ParseString("akka { actor.provider = local, log-config-on-start = off }")
            .WithFallback(consortium.ConfigurationOf("a"));
        var system = ActorSystem.Create("consortium", config);
        try
        {
            var transport = new P2PTransport(system, config.GetConfig("akka.remote.p2p"));
            var error = await Assert.ThrowsAsync<Akka.Configuration.ConfigurationException>(transport.Listen);
            Assert.Contains("akka.actor.provider = cluster", error.Message, StringComparison.Ordinal);
            Assert.True(await transport.Shutdown());
        }
        finally
        {
            await system.Terminate();
        }
    }

    private static string ClusterOf(RemotingConsortium consortium, params string[] seeds) => ClusterOf(consortium, seeds, []);

    private static string ClusterOf(RemotingConsortium consortium, string[] seeds, string[] more) => $$"""
        akka.actor.provider = cluster
        akka.remote { untrusted-mode = off, retry-gate-closed-for = 1s }
        akka.cluster {
          seed-nodes = [{{string.Join(", ", seeds.Select(name => consortium.AddressOf(name).ToString()).Concat(more).Select(static seed => $"\"{seed}\""))}}]
          retry-unsuccessful-join-after = 2s
          failure-detector.acceptable-heartbeat-pause = 10s
        }
        """;

    private static async Task OpenAsync(RemotingConsortium consortium, string name) =>
        Assert.IsType<Opened>(await P2PRemoting.Get(consortium[name]).Router.Ask<object>(new NamespaceRouter.Open(Ledger), Soon));

    private static Task<PeerInfo> LinkedAsync(RemotingConsortium consortium, string ns, string from, string to) => RemotingConsortium.EventuallyAsync(async () =>
    {
        var snapshot = await P2PRemoting.Get(consortium[from]).Router.Ask<PeersSnapshot>(new NamespaceRouter.GetPeers(ns), Soon);
        return Assert.Single(snapshot.Peers, peer => peer.Linked && peer.Node == consortium.IdOf(to));
    });
}
