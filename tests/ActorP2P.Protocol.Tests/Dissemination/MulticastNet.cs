using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Dissemination;

/// <summary>Many multicast cores on virtual time. Links carry bytes in order with a fixed delay, and lose some if told to.</summary>
internal sealed class MulticastNet
{
    public static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(2);

    // What a message costs beside itself: entry 6, frame and tag 48, and the acknowledgement of its record, 19 and 48.
    private const int FramingBytes = 6 + 48 + 19 + 48;

    private readonly HashSet<(int A, int B)> _links = [];
    private readonly Dictionary<NodeId, VirtualNode> _byId;
    private readonly HashSet<int> _dead = [];
    private readonly bool _isSigned;
    private readonly Random _random;
    private readonly DisseminationSettings _settings;

    public MulticastNet(int nodes, int seed, DisseminationSettings? settings = null, bool isSigned = true)
    {
        _isSigned = isSigned;
        _settings = settings ?? TestSettings.Dissemination;
        _random = new Random(seed);
        Nodes = Enumerable.Range(0, nodes).Select(number => NewNode(number)).ToArray();
        _byId = Nodes.ToDictionary(static node => node.Id);
        foreach (var node in Nodes)
        {
            Topics[node.Id] = new HashSet<string>();
        }
    }

    public VirtualTime Time { get; } = new();

    public VirtualNode[] Nodes { get; }

    public Dictionary<NodeId, IReadOnlySet<string>?> Topics { get; } = [];

    public IMembership Membership { get; set; } = TestMembership.Everybody;

    public double Loss { get; set; }

    /// <summary>Sees each message before it is delivered; false loses it.</summary>
    public Func<int, int, ReadOnlyMemory<byte>, bool> Carries { get; set; } = static (_, _, _) => true;

    public int PayloadCopies { get; private set; }

    public int PayloadCopiesReceived { get; private set; }

    public long PayloadBytes { get; private set; }

    public IEnumerable<VirtualNode> Alive => Nodes.Where(node => !_dead.Contains(node.Number));

    public long OtherBytes { get; private set; }

    public MulticastNet Link(IEnumerable<(int A, int B)> links)
    {
        foreach (var link in links)
        {
            if (_links.Add(link))
            {
                Run(Nodes[link.A], (core, now, effects) => core.HandlePeerUp(Nodes[link.B].Id, now, effects));
                Run(Nodes[link.B], (core, now, effects) => core.HandlePeerUp(Nodes[link.A].Id, now, effects));
            }
        }

        ShareViews();
        return this;
    }

    public void Cut(IEnumerable<(int A, int B)> links)
    {
        foreach (var link in links.ToArray())
        {
            if (_links.Remove(link))
            {
                Run(Nodes[link.A], (core, now, effects) => core.HandlePeerDown(Nodes[link.B].Id, now, effects));
                Run(Nodes[link.B], (core, now, effects) => core.HandlePeerDown(Nodes[link.A].Id, now, effects));
            }
        }

        ShareViews();
    }

    public IEnumerable<(int A, int B)> LinksOf(int node) => _links.Where(link => link.A == node || link.B == node);

    public void Subscribe(int node, string topic)
    {
        Assert.True(Nodes[node].Core.TrySubscribe(topic));
        Topics[Nodes[node].Id] = Nodes[node].Core.Topics.ToHashSet();
        ShareViews();
    }

    public void Unsubscribe(int node, string topic)
    {
        Nodes[node].Core.Unsubscribe(topic);
        Topics[Nodes[node].Id] = Nodes[node].Core.Topics.ToHashSet();
        ShareViews();
    }

    /// <summary>The process ends and comes back under a higher epoch, with nothing remembered.</summary>
    public void Restart(int node, ulong epoch)
    {
        Nodes[node].Seen = new SeenPublications();
        Replace(node, epoch, seqBase: 0);
    }

    /// <summary>The namespace starts afresh in the same process.</summary>
    public void RestartNamespace(int node, ulong seqBase) => Replace(node, epoch: 1, seqBase);

    /// <summary>The node does and hears nothing any more; its neighbours notice when its links are cut.</summary>
    public void Kill(int node) => _dead.Add(node);

    public void ShareViews()
    {
        var view = new MulticastView(Graph(), new Dictionary<NodeId, IReadOnlySet<string>?>(Topics), Membership);
        foreach (var node in Nodes)
        {
            Run(node, (core, now, effects) => core.HandleView(view, now, effects));
        }
    }

    public MessageId Publish(int node, string? topic, ReadOnlyMemory<byte> payload)
    {
        var effects = Run(Nodes[node], (core, now, effects) =>
        {
            core.Publish(topic, "type", payload, Lane.Gossip, now, effects);
            core.Flush(now, effects);
        });
        return Assert.Single(effects.OfType<MulticastEffect.Published>()).Id;
    }

    /// <summary>Broadcasts of one byte that are signed together, as many as one flush takes.</summary>
    public void PublishTogether(int node, int messages) => Run(Nodes[node], (core, now, effects) =>
    {
        for (var i = 0; i < messages; i++)
        {
            core.Publish(null, "type", new byte[1], Lane.Gossip, now, effects);
        }

        core.Flush(now, effects);
    });

    public MessageId Broadcast(int node, string text = "hello") => Publish(node, null, System.Text.Encoding.UTF8.GetBytes(text));

    public void Receive(int node, int from, ReadOnlyMemory<byte> bytes) =>
        Run(Nodes[node], (core, now, effects) => core.HandleReceived(Nodes[from].Id, bytes, now, effects));

    public List<MulticastEffect> Run(VirtualNode node, Action<MulticastCore, DateTimeOffset, List<MulticastEffect>> input)
    {
        var effects = new List<MulticastEffect>();
        input(node.Core, Time.Now, effects);
        foreach (var effect in effects)
        {
            Perform(node, effect);
        }

        return effects;
    }

    public LinkGraph Graph() => LinkGraph.FromClaims(Nodes.Select(node => new LinkClaim(
        node.Id,
        LinksOf(node.Number).Select(link => Nodes[link.A == node.Number ? link.B : link.A].Id.Reference).ToArray())));

    private VirtualNode NewNode(int number)
    {
        var seen = new SeenPublications();
        return new VirtualNode(number, NewCore(number, epoch: 1, seqBase: 0, seen), seen);
    }

    private void Replace(int node, ulong epoch, ulong seqBase)
    {
        var links = LinksOf(node).ToArray();
        Cut(links);
        Nodes[node].Core = NewCore(node, epoch, seqBase, Nodes[node].Seen);
        Link(links);
    }

    private MulticastCore NewCore(int number, ulong epoch, ulong seqBase, SeenPublications seen) => new(
        _settings,
        new PublicationScope("net", "ns"),
        SimulatedCurve.Instance,
        SimulatedCurve.Key(number),
        epoch,
        seqBase,
        maxTypeBytes: 128,
        _isSigned,
        seen);

    private void Perform(VirtualNode node, MulticastEffect effect)
    {
        switch (effect)
        {
            case MulticastEffect.Send send:
                Carry(node, send);
                break;
            case MulticastEffect.Schedule schedule:
                var core = node.Core;
                Time.After(schedule.Delay, () =>
                {
                    if (core == node.Core && !_dead.Contains(node.Number))
                    {
                        Run(node, (live, now, effects) => live.HandleTimer(schedule.Token, now, effects));
                    }
                });
                break;
            case MulticastEffect.Deliver deliver:
                node.Delivered.Add(deliver);
                node.LastDeliveryAt = Time.Now;
                break;
            case MulticastEffect.Dropped dropped:
                node.Drops[dropped.Reason] = node.Drops.GetValueOrDefault(dropped.Reason) + 1;
                break;
            case MulticastEffect.Equivocation equivocation:
                node.Equivocations.Add(equivocation);
                break;
        }
    }

    private void Carry(VirtualNode node, MulticastEffect.Send send)
    {
        var to = _byId[send.To];
        var link = (Math.Min(node.Number, to.Number), Math.Max(node.Number, to.Number));
        var bytes = new byte[send.Head.Length + send.Payload.Length];
        send.Head.CopyTo(bytes);
        send.Payload.CopyTo(bytes.AsMemory(send.Head.Length));
        PayloadCopies += send.Head.Span[0] == 1 ? 1 : 0;
        var isPayload = send.Head.Span[0] is 1 or 7;
        PayloadBytes += isPayload ? send.Payload.Length : 0;
        OtherBytes += send.Head.Length + FramingBytes + (isPayload ? 0 : send.Payload.Length);
        Time.After(Latency, () =>
        {
            if (_links.Contains(link) && !_dead.Contains(node.Number) && !_dead.Contains(to.Number) && _random.NextDouble() >= Loss && Carries(node.Number, to.Number, bytes))
            {
                PayloadCopiesReceived += bytes[0] == 1 ? 1 : 0;
                Receive(to.Number, node.Number, bytes);
            }
        });
    }

    internal sealed class VirtualNode(int number, MulticastCore core, SeenPublications seen)
    {
        public int Number { get; } = number;

        public NodeId Id { get; } = SimulatedCurve.IdOf(number);

        public MulticastCore Core { get; set; } = core;

        public SeenPublications Seen { get; set; } = seen;

        public List<MulticastEffect.Deliver> Delivered { get; } = [];

        public int Published { get; set; }

        public DateTimeOffset LastDeliveryAt { get; set; }

        public Dictionary<MulticastDrop, int> Drops { get; } = [];

        public List<MulticastEffect.Equivocation> Equivocations { get; } = [];

        public int Count(MulticastDrop reason) => Drops.GetValueOrDefault(reason);
    }
}
