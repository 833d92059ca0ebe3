using Akka.Configuration;

namespace ActorP2P.AkkaRemoting.Tests;

/// <summary>One seed that cannot be addressed keeps Akka.Cluster from ever forming; the start says so instead.</summary>
public sealed class SeedNodesTests
{
    private static readonly string Node = NodeAddress.HostOf(RemotingConsortium.SomeNode());

    [Theory]
    [InlineData("akka.tcp://orders@10.0.0.1:8081", "not enabled")]
    [InlineData("akka.p2p://orders@10.0.0.1:8081", "names no node")]
    [InlineData("akka.p2p://orders", "names no node")]
    [InlineData("orders", "no address")]
    public void A_seed_that_no_transport_can_reach_is_an_error_that_names_it(string seed, string expected)
    {
        var error = Assert.Single(SeedNodes.Check(Config([$"akka.p2p://orders@{Node}:1", seed], "akka.remote.p2p")));
        Assert.Contains($"{seed} ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_that_another_enabled_transport_may_have_is_its_business()
    {
        Assert.Empty(SeedNodes.Check(Config(["akka.tcp://orders@10.0.0.1:8081"], "akka.remote.p2p\", \"akka.remote.dot-netty.tcp")));
        Assert.Empty(SeedNodes.Check(Config([$"akka.p2p://orders@{Node}:1", $"akka.p2p://orders@{Node}.10.0.0.1:1"], "akka.remote.p2p")));
    }

    [Fact]
    public async Task A_cluster_with_a_foreign_seed_does_not_start_and_says_which_one()
    {
        await using var consortium = new RemotingConsortium("a");
        var hocon = $"akka {{ actor.provider = cluster, cluster.seed-nodes = [\"{consortium.AddressOf("a")}\", \"akka.tcp://consortium@127.0.0.1:9\"] }}";
        var error = Assert.ThrowsAny<Exception>(() => consortium.Start("a", hocon));
        Assert.Contains("akka.tcp://consortium@127.0.0.1:9", error.ToString(), StringComparison.Ordinal);
    }

    private static Config Config(string[] seeds, string transports) => ConfigurationFactory.ParseString($$"""
        akka.remote.enabled-transports = ["{{transports}}"]
        akka.cluster.seed-nodes = [{{string.Join(", ", seeds.Select(static seed => $"\"{seed}\""))}}]
        """);
}
