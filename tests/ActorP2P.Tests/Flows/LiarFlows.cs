using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>
/// A member with a genuine certificate that lies, on real sockets: a whole node of the product whose peers are told what to
/// send behind its back.
/// </summary>
public sealed class LiarFlows
{
    private const string Chain = "chain";
    private const ulong FarSeq = 1UL << 50;

    [Fact]
    public async Task A_message_in_the_name_of_another_is_dropped_and_the_true_ones_of_that_other_arrive()
    {
        await using var network = await TestNetwork.FullAsync(4, NetworkOptions.OnTcp);
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "tx");
        var (liar, victim, receiver) = (network[0], network[1], network[2]);
        var invented = new MessageId(victim.Id, victim.Epoch, FarSeq);
        Tell(liar, receiver, Signed(liar.Environment.Identity.Key, invented, "send all to me"u8.ToArray()));
        await receiver.CountsAsync("multicast.dropped.bad-signature");
        await victim.BroadcastAsync(Chain, "tx", "true"u8.ToArray());
        var delivery = await modules[2].Log.FirstAsync<Delivery>();
        Assert.Equal((victim.Id, true), (delivery.Origin, delivery.Payload.Span.SequenceEqual("true"u8)));
    }

    [Fact]
    public async Task What_is_changed_on_its_way_is_dropped_and_the_genuine_message_still_arrives()
    {
        await using var network = await TestNetwork.FullAsync(3, NetworkOptions.OnTcp);
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "tx");
        var (liar, victim, receiver) = (network[0], network[1], network[2]);
        var id = new MessageId(victim.Id, victim.Epoch, FarSeq);
        var (head, payload) = Signed(victim.Environment.Identity.Key, id, "pay 1"u8.ToArray());
        Tell(liar, receiver, (head, "pay 9"u8.ToArray()));
        await receiver.CountsAsync("multicast.dropped.bad-signature");
        Tell(liar, receiver, (head, payload));
        var delivery = await modules[2].Log.FirstAsync<Delivery>();
        Assert.Equal((victim.Id, true), (delivery.Origin, delivery.Payload.Span.SequenceEqual("pay 1"u8)));
    }

    [Fact]
    public async Task A_genuine_message_that_is_sent_again_and_again_is_delivered_once()
    {
        const int Repeats = 20;
        await using var network = await TestNetwork.FullAsync(3, NetworkOptions.OnTcp);
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "tx");
        var (liar, victim, receiver) = (network[0], network[1], network[2]);
        var message = Signed(victim.Environment.Identity.Key, new MessageId(victim.Id, victim.Epoch, FarSeq), "once"u8.ToArray());
        for (var i = 0; i <= Repeats; i++)
        {
            Tell(liar, receiver, message);
        }

        await receiver.CountsAsync("multicast.dropped.duplicate", Repeats);
        await liar.BroadcastAsync(Chain, "tx", "behind them"u8.ToArray());
        await modules[2].Log.FirstAsync<Delivery>(delivery => delivery.Origin == liar.Id);
        Assert.Single(modules[2].Log.Deliveries, delivery => delivery.Origin == victim.Id);
    }

    [Fact]
    public async Task Two_contents_under_one_id_told_to_different_nodes_are_reported_with_both_as_evidence()
    {
        await using var network = await TestNetwork.FullAsync(4, NetworkOptions.OnTcp);
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "tx");
        var (liar, one, other) = (network[0], network[1], network[2]);
        var observers = network.Nodes.Skip(1).Select(static node => node.Observe(Chain, typeof(EquivocationSeen))).ToList();
        await Task.WhenAll(observers.Select(static observer => observer.Log.FirstAsync<ObserveSnapshot>()));
        var id = new MessageId(liar.Id, liar.Epoch, FarSeq);
        Tell(liar, one, Signed(liar.Environment.Identity.Key, id, "to one"u8.ToArray()));
        Tell(liar, other, Signed(liar.Environment.Identity.Key, id, "to other"u8.ToArray()));
        await Eventually.HoldsAsync(() => observers.Exists(static observer => observer.Log.Of<EquivocationSeen>().Count > 0), network.CountersText);
        var seen = observers.SelectMany(static observer => observer.Log.Of<EquivocationSeen>()).First();
        Assert.Equal((liar.Id, "publication"), (seen.Node, seen.Subject));
        Assert.False(seen.Evidence.Kept.Span.SequenceEqual(seen.Evidence.Rejected.Span));
        Assert.All(modules, module => Assert.InRange(module.Log.Deliveries.Count(delivery => delivery.MessageId == id), 0, 1));
    }

    [Fact]
    public async Task Garbage_and_fake_announcements_cost_their_sender_nothing_but_counters_and_nobody_a_message()
    {
        await using var network = await TestNetwork.FullAsync(4, NetworkOptions.OnTcp);
        await network.AllReachAllAsync(Chain);
        var modules = await network.RegisterAllAsync(Chain, "tx");
        var (liar, victim, receiver) = (network[0], network[1], network[2]);
        Tell(liar, receiver, ("\u00ffgarbage"u8.ToArray(), default));
        await receiver.CountsAsync("multicast.dropped.malformed");
        var fakes = new OriginRanges(victim.Id.Reference, victim.Epoch, [new SeqRange(FarSeq, 50, 0)]);
        Tell(liar, receiver, (MulticastWire.Compose(MulticastKind.Announce, IdFlags.History, [fakes]), default));
        await receiver.CountsAsync("multicast.dropped.want-unanswered");
        await victim.BroadcastAsync(Chain, "tx", "true"u8.ToArray());
        foreach (var module in modules.Where((_, index) => index != 1))
        {
            Assert.Equal(victim.Id, (await module.Log.FirstAsync<Delivery>()).Origin);
        }

        Assert.All(network.Nodes, static node => Assert.Equal(3, node.Port.OpenConnections));
    }

    private static (ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Payload) Signed(INodeKey key, MessageId id, byte[] payload)
    {
        var proof = new PublicationProof(new PublicationScope("test-network", Chain), IdentityCurves.P256, isSigned: true);
        return (proof.Sign(key, [new PublicationDraft(id, id.Seq, Lane.Request, null, "tx", payload)])[0].Bytes, payload);
    }

    private static void Tell(TestNode liar, TestNode receiver, (ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Payload) message) =>
        liar.TellInside(Interposed.PeerPath(receiver, Chain), new Peer.SendDissemination(Lane.Request, message.Head, message.Payload));
}
