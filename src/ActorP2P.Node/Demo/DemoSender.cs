using System.Globalization;
using System.Text;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Program.Demo;

/// <summary>What a demo node sends, by its plan. Answers go to <paramref name="module"/>.</summary>
internal sealed class DemoSender(DemoPlan plan, IReadOnlyList<NodeId> nodes, IActorRef router, IActorRef module)
{
    public const string Unicast = "demo.unicast";
    public const string Request = "demo.request";
    public const string Multicast = "demo.multicast";
    public const string Broadcast = "demo.broadcast";
    public const string File = "demo.file";

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Sets the status entries of a phase.</summary>
    public void SetStatus(int phase)
    {
        for (var entry = 0; entry < plan.StatusEntries; entry++)
        {
            var value = Encoding.UTF8.GetBytes(DemoTally.StatusValue(plan.Self, phase, entry));
            Tell(new NamespaceRouter.SetStatus(DemoPlan.GroupNamespace, DemoTally.StatusKey(phase, entry), value));
        }
    }

    /// <summary>Broadcasts the file.</summary>
    public void SendFile(byte[] file) =>
        Publish(correlation => new NamespaceRouter.Broadcast(DemoPlan.GroupNamespace, File, file, correlation));

    /// <summary>One unicast and request to each other node, one multicast on each topic, one broadcast.</summary>
    public void SendRound(int phase, int round)
    {
        for (var node = 0; node < plan.Nodes; node++)
        {
            if (node != plan.Self)
            {
                SendDirect(phase, round, node);
            }
        }

        foreach (var topic in DemoPlan.Topics)
        {
            var bytes = new DemoMessage("multicast", phase, plan.Self, topic, round).ToBytes();
            Publish(correlation => new NamespaceRouter.Multicast(DemoPlan.GroupNamespace, topic, Multicast, bytes, correlation));
        }

        var broadcast = new DemoMessage("broadcast", phase, plan.Self, "", round).ToBytes();
        Publish(correlation => new NamespaceRouter.Broadcast(DemoPlan.GroupNamespace, Broadcast, broadcast, correlation));
    }

    private void SendDirect(int phase, int round, int node)
    {
        var target = node.ToString(CultureInfo.InvariantCulture);
        var unicast = new DemoMessage("unicast", phase, plan.Self, target, round).ToBytes();
        Tell(new NamespaceRouter.Unicast(DemoPlan.DirectNamespace, nodes[node], Unicast, unicast));
        var request = new DemoMessage("request", phase, plan.Self, target, round);
        Tell(new NamespaceRouter.Request(DemoPlan.DirectNamespace, nodes[node], Request, request.ToBytes(), RequestTimeout, request));
    }

    private void Publish(Func<object, object> make)
    {
        var again = new Again();
        again.Message = make(again);
        Tell(again.Message);
    }

    private void Tell(object message) => router.Tell(message, module);

    /// <summary>A publication's correlation: it carries the message, so a refusal for lack of room can send it again.</summary>
    internal sealed class Again
    {
        public object Message { get; set; } = "";
    }
}
