using System.Text;
using ActorP2P.Tests.Manager;

namespace ActorP2P.Tests.Network;

/// <summary>Three nodes, each linked with each: every flow between all of them, before and after one is killed.</summary>
public sealed class MeshNetworkTests : ActorTest
{
    private const string Ns = TestMembers.Ledger;

    [Fact]
    public void Every_flow_works_between_all_nodes_again_after_one_was_killed_and_came_back()
    {
        var mesh = Mesh();
        AllFlows(mesh, "before");
        var observer = mesh[0].Observer();
        var killed = mesh.KillAndRestart(2);
        Assert.Equal(killed.Id, observer.FishForMessage<PeerDown>(_ => true, Soon).Node);
        var up = observer.FishForMessage<PeerUp>(_ => true, Soon);
        Assert.Equal((killed.Id, 2UL), (up.Node, up.Epoch));
        mesh.AwaitPeers(Ns, 2, 2, 2).AwaitMembers(Ns, 3);
        AllFlows(mesh, "after");
    }

    [Fact]
    public void A_status_of_a_new_epoch_wins_over_a_higher_seq_of_the_old_one()
    {
        var mesh = Mesh();
        var module = CreateTestProbe();
        for (var i = 0; i < 5; i++)
        {
            mesh[2].Ask<StatusSet>(module, new NamespaceRouter.SetStatus(Ns, "height", Bytes($"old {i}")));
        }

        AwaitAssert(() => Assert.Equal("old 4", Text(StatusOf(mesh, 2).Entries["height"])), Soon);
        mesh.KillAndRestart(2).Ask<StatusSet>(module, new NamespaceRouter.SetStatus(Ns, "height", Bytes("new")));
        AwaitAssert(() => Assert.Equal("new", Text(StatusOf(mesh, 2).Entries["height"])), Soon);
        Assert.Equal(2UL, StatusOf(mesh, 2).Epoch);
    }

    [Fact]
    public void A_node_of_a_restored_image_goes_on_above_the_epoch_that_others_know_with_its_modules_and_all_flows()
    {
        var mesh = Mesh();
        mesh.KillAndRestart(2, epoch: 5_000);
        mesh.AwaitPeers(Ns, 2, 2, 2).AwaitMembers(Ns, 3);
        mesh[2].Ask<StatusSet>(CreateTestProbe(), new NamespaceRouter.SetStatus(Ns, "height", Bytes("of the image's future")));
        AwaitAssert(() => Assert.Equal(5_000ul, StatusOf(mesh, 2).Epoch), Soon);

        var restored = mesh.KillAndRestart(2, epoch: 4_000);
        AwaitAssert(() => Assert.Equal(1, restored.Environment.Counters.Value("epoch.learnt")), Soon);
        Assert.True(restored.Environment.Epochs.Current > 5_000);
        mesh.AwaitPeers(Ns, 2, 2, 2).AwaitMembers(Ns, 3);
        AwaitAssert(() => Assert.Equal(restored.Environment.Epochs.Current, mesh[0].Peers().Single(peer => peer.Node == restored.Id).Epoch), Soon);
        AwaitAssert(() => Assert.Empty(StatusOf(mesh, 2).Entries), Soon);
        AllFlows(mesh, "restored");
        Assert.Equal(0, restored.Environment.Counters.Value("link.duplicate-identity"));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private StatusSnapshot StatusOf(NodeNetwork mesh, int member) =>
        mesh[0].Ask<StatusSnapshot>(CreateTestProbe(), new NamespaceRouter.GetStatus(Ns, mesh[member].Id));

    private NodeNetwork Mesh() => new NodeNetwork(this, 3, [(0, 1), (0, 2), (1, 2), (2, 1), (2, 0)]).AwaitPeers(Ns, 2, 2, 2).AwaitMembers(Ns, 3);

    private void AllFlows(NodeNetwork mesh, string phase)
    {
        var modules = Enumerable.Range(0, 3).Select(member => mesh[member].Module($"t-{phase}")).ToArray();
        for (var from = 0; from < 3; from++)
        {
            for (var to = 0; to < 3; to++)
            {
                if (from != to)
                {
                    Exchange(mesh[from], mesh[to], modules[to], phase);
                }
            }
        }

        foreach (var from in Enumerable.Range(0, 3))
        {
            var published = mesh[from].Ask<Published>(CreateTestProbe(), new NamespaceRouter.Broadcast(Ns, $"t-{phase}", Bytes($"b{from}")));
            foreach (var to in Enumerable.Range(0, 3).Where(to => to != from))
            {
                Assert.Equal(published.MessageId, modules[to].ExpectMsg<Delivery>(Soon).MessageId);
            }
        }
    }

    private void Exchange(MemberNode from, MemberNode to, TestProbe module, string phase)
    {
        from.Ask<Sent>(CreateTestProbe(), new NamespaceRouter.Unicast(Ns, to.Id, $"t-{phase}", Bytes("u"), Confirm: true));
        Assert.Equal(from.Id, module.ExpectMsg<Delivery>(Soon).Origin);
        var asker = CreateTestProbe();
        from.Router.Tell(new NamespaceRouter.Request(Ns, to.Id, $"t-{phase}", Bytes("q"), Soon), asker.Ref);
        Assert.Equal("q", Text(module.ExpectMsg<Delivery>(Soon).Payload));
        module.LastSender.Tell(Bytes("a"), module.Ref);
        Assert.Equal("a", Text(asker.ExpectMsg<Reply>(Soon).Payload));
    }
}
