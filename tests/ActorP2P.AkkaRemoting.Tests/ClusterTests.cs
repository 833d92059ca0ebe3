using Akka.Cluster;
using Akka.Cluster.Tools.PublishSubscribe;

namespace ActorP2P.AkkaRemoting.Tests;

/// <summary>Akka.Cluster and its tools over P2P links.</summary>
public sealed class ClusterTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(180);

    [Fact]
    public async Task A_cluster_of_four_publishes_loses_one_that_is_killed_takes_it_back_and_lets_one_leave()
    {
        string[] names = ["a", "b", "c", "d"];
        await using var consortium = new RemotingConsortium(names);
        var hocon = $$"""
            akka.actor.provider = cluster
            akka.coordinated-shutdown.run-by-actor-system-terminate = off
            akka.extensions = ["Akka.Cluster.Tools.PublishSubscribe.DistributedPubSubExtensionProvider, Akka.Cluster.Tools"]
            akka.remote { untrusted-mode = off, retry-gate-closed-for = 1s }
            akka.cluster {
              seed-nodes = ["{{consortium.AddressOf("a")}}"]
              retry-unsuccessful-join-after = 2s
              failure-detector.acceptable-heartbeat-pause = 10s
              split-brain-resolver { active-strategy = keep-majority, stable-after = 3s }
            }
            """;
        consortium.StartAll(hocon);
        await Task.WhenAll(names.Select(name => MembersAsync(consortium[name], 4)));
        await PublishAsync(consortium, "a", "c", "block 7");

        // Without a word to the others: they find it unreachable, and the resolver removes it.
        await consortium.StopAsync("d");
        await Task.WhenAll(names[..3].Select(name => MembersAsync(consortium[name], 3)));

        consortium.Start("d", hocon);
        await Task.WhenAll(names.Select(name => MembersAsync(consortium[name], 4)));
        await PublishAsync(consortium, "b", "d", "block 8");

        Cluster.Get(consortium["a"]).Leave(consortium.AddressOf("c"));
        await Task.WhenAll(new[] { "a", "b", "d" }.Select(name => MembersAsync(consortium[name], 3)));
    }

    private static async Task PublishAsync(RemotingConsortium consortium, string from, string to, string text)
    {
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var subscriber = consortium[to].ActorOf(Props.Create(() => new Listener(heard)));
        await DistributedPubSub.Get(consortium[to]).Mediator.Ask<SubscribeAck>(new Subscribe("blocks", subscriber), Soon);
        await RemotingConsortium.EventuallyAsync(async () =>
        {
            DistributedPubSub.Get(consortium[from]).Mediator.Tell(new Publish("blocks", text));
            return await heard.Task.WaitAsync(TimeSpan.FromSeconds(1));
        });
        Assert.Equal(text, await heard.Task);
    }

    /// <summary>Waits until a system sees exactly so many members, all of them up.</summary>
    internal static Task<bool> MembersAsync(ActorSystem system, int count) => RemotingConsortium.EventuallyAsync(
        () =>
        {
            var state = Cluster.Get(system).State;
            Assert.Equal(count, state.Members.Count);
            Assert.All(state.Members, static member => Assert.Equal(MemberStatus.Up, member.Status));
            return Task.FromResult(true);
        },
        Soon);

    private sealed class Listener : ReceiveActor
    {
        public Listener(TaskCompletionSource<string> heard) => Receive<string>(text => heard.TrySetResult(text));
    }
}
