using ActorP2P.Protocol.Tests.Gossip;
using ActorP2P.Protocol.Tests.VirtualNetwork;
using static ActorP2P.Fuzz.Engine.PromiseBrokenException;

namespace ActorP2P.Fuzz.Targets;

/// <summary>A member's state messages, at a node that holds states of its own and of others.</summary>
internal sealed class StateSyncTarget : LyingNeighbourTarget
{
    public override string Name => "state-sync";

    public override string About => "StateSyncCore fed by a lying neighbour";

    public override IEnumerable<byte[]> Seeds()
    {
        var heard = new List<byte[]>();
        var net = Net(Hear(heard));
        net.SetOwn(1, StateNet.Topics("a", "b"));
        net.SetHeight(1, "7");
        net.SetHeight(2, "8");
        net.SetOwn(2, StateNet.Topics("c"));
        net.Time.RunFor(TimeSpan.FromSeconds(3));
        yield return Parts.Join(heard.Take(20));
        foreach (var message in heard.DistinctBy(message => (message.Length, message[0])))
        {
            yield return Parts.Join(message);
        }
    }

    public override void Run(byte[] input)
    {
        var net = Net(Silence);
        net.SetOwn(0, StateNet.Topics("mine"));
        net.SetHeight(0, "1");
        foreach (var part in Parts.Split(input))
        {
            net.Receive(0, 1, part);
        }

        net.Time.RunFor(TimeSpan.FromSeconds(3));
        var table = net.Nodes[0].Core.Table;
        Unless(table.Count <= 2 * TestSettings.StateSync.MaxOrigins, "origins have a limit");
        Unless(table.Entries.All(entry => net.Nodes.Any(node => node.Id == entry.Node)), "a state in force was signed by its node");
        Unless(StateNet.StatusOf(net.Nodes[0], 0, "height") == "1", "nobody changes our own state");
        Unless(StateNet.TopicsOf(net.Nodes[0], 0) is ["mine"], "nobody changes our own topics");
    }

    private static StateNet Net(Func<int, int, ReadOnlyMemory<byte>, bool> carries)
    {
        var net = new StateNet(3, seed: 1) { Carries = carries };
        return net.Link([(0, 1), (1, 2)]);
    }
}
