using Akka.Cluster;
using Akka.Cluster.Tools.PublishSubscribe;

namespace ActorP2P.AkkaRemoting.Tests;

/// <summary>Akka.Cluster and its tools over P2P links.</summary>
public sealed class ClusterTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Four_systems_form_a_cluster_lose_one_and_publish_to_each_other()
    {
        string[] names = ["a", "b", "c", "d"];
        await using var consortium = new RemotingConsortium(names);
        consortium.StartAll($$"""
            akka.actor.provider = cluster
            akka.remote { untrusted-mode = off, retry-gate-closed-for = 1s }
            akka.cluster {
              seed-nodes = ["{{consortium.AddressOf("a")}}"]
              retry-unsuccessful-join-after = 2s
              split-brain-resolver { active-strategy = keep-majority, stable-after = 3s }
            }
            """);
        await Task.WhenAll(names.Select(name => MembersAsync(consortium[name], 4)));

        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var subscriber = consortium["c"].ActorOf(Props.Create(() => new Listener(heard)));
        await DistributedPubSub.Get(consortium["c"]).Mediator.Ask<SubscribeAck>(new Subscribe("blocks", subscriber), Soon);
        await RemotingConsortium.EventuallyAsync(async () =>
        {
            DistributedPubSub.Get(consortium["a"]).Mediator.Tell(new Publish("blocks", "block 7"));
            return await heard.Task.WaitAsync(TimeSpan.FromSeconds(1));
        });
        Assert.Equal("block 7", await heard.Task);

        await consortium.StopAsync("d");
        await Task.WhenAll(names[..3].Select(name => MembersAsync(consortium[name], 3)));
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
