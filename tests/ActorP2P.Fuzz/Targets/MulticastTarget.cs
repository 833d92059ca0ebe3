using ActorP2P.Protocol.Tests.Dissemination;
using ActorP2P.Protocol.Tests.VirtualNetwork;
using static ActorP2P.Fuzz.Engine.PromiseBrokenException;

namespace ActorP2P.Fuzz.Targets;

/// <summary>A member's dissemination messages, at a node that follows a topic and has published itself.</summary>
internal sealed class MulticastTarget : LyingNeighbourTarget
{
    public override string Name => "multicast";

    public override string About => "MulticastCore fed by a lying neighbour";

    public override IEnumerable<byte[]> Seeds()
    {
        var heard = new List<byte[]>();
        var net = Net(Hear(heard));
        net.Publish(1, "blocks", new byte[100]);
        net.Broadcast(1);
        net.Publish(2, "blocks", new byte[2000]);
        net.Time.RunFor(TimeSpan.FromSeconds(3));
        yield return Parts.Join(heard);
        foreach (var message in heard)
        {
            yield return Parts.Join(message);
        }
    }

    public override void Run(byte[] input)
    {
        var net = Net(Silence);
        net.Broadcast(0);
        foreach (var part in Parts.Split(input))
        {
            net.Receive(0, 1, part);
        }

        net.Time.RunFor(TimeSpan.FromSeconds(5));
        var core = net.Nodes[0].Core;
        Unless(core.RetainedBytes <= 2 * (MaxInputBytes + 1024), "what is retained is what came");
        Unless(core.MissingMessages <= TestSettings.Dissemination.MaxAnnouncedIds, "missing ids have a limit");
        Unless(net.Nodes[0].Delivered.TrueForAll(delivered => net.Nodes.Any(node => node.Id == delivered.Origin)), "an origin is a member");
        Unless(net.Nodes[0].Delivered.Select(delivered => delivered.Id).Distinct().Count() == net.Nodes[0].Delivered.Count, "an id is delivered once");
    }

    private static MulticastNet Net(Func<int, int, ReadOnlyMemory<byte>, bool> carries)
    {
        var net = new MulticastNet(3, seed: 1) { Carries = carries };
        net.Link([(0, 1), (1, 2)]);
        net.Subscribe(0, "blocks");
        net.Subscribe(1, "blocks");
        return net;
    }
}
