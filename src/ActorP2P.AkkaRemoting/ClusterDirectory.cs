using ActorP2P.Protocol.Reconnect;
using Akka.Cluster;

namespace ActorP2P.AkkaRemoting;

/// <summary>
/// The members of the Akka.NET cluster as the node's directory (<c>discovery.mode = cluster</c>): an address carries the
/// member's ID and says where it listens. The configured seed nodes are in it from the start.
/// </summary>
/// <remarks>
/// A member stays in it while it is unreachable, which is when it must be dialled, and until it is removed. Removal, by
/// leaving or downing, ends dials and no link. What an address says is another member's claim: the node accepts nobody but
/// the named ID there, with a valid certificate, and dials no address that <c>discovery</c> forbids.
/// A failure restarts it, and it asks the cluster again; what it said last stays in force until then.
/// </remarks>
internal sealed class ClusterDirectory : ReceiveActor, IWithTimers
{
    /// <summary>Members beyond so many are not taken; as many as a configuration may list.</summary>
    public const int MaxMembers = 4096;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    private readonly IActorRef _node;
    private readonly Address _self;
    private readonly NodeCounters _counters;

    // Null where the address was refused: each is judged, and counted, once.
    private readonly Dictionary<UniqueAddress, DiscoveredMember?> _members = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IReadOnlyList<DiscoveredMember> _seeds = [];
    private Cluster? _cluster;

    /// <summary>Feeds a node.</summary>
    /// <param name="node">The node's root actor.</param>
    /// <param name="self">This system's own address.</param>
    /// <param name="counters">Refusals are counted as <c>akka.directory.refused.&lt;reason&gt;</c>.</param>
    public ClusterDirectory(IActorRef node, Address self, NodeCounters counters)
    {
        _node = node;
        _self = self;
        _counters = counters;
        Receive<LookForCluster>(_ => Look());
        Receive<Cluster>(Follow);
        Receive<ClusterEvent.MemberRemoved>(removed => Remove(removed.Member.UniqueAddress));
        Receive<ClusterEvent.IMemberEvent>(happened => Add(happened.Member));
        Receive<ClusterEvent.UnreachableMember>(lost =>
        {
            _counters.Add("akka.directory.unreachable");
            Add(lost.Member);
        });
        Receive<ClusterEvent.ReachableMember>(found => Add(found.Member));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The entry of a member with this address, or the reason why there is none.</summary>
    public static DiscoveredMember? Read(Address address, Address self, out string? refusal)
    {
        refusal = null;
        if (address.Protocol != self.Protocol)
        {
            refusal = "other-transport";
        }
        else if (!NodeAddress.TryGetNode(address.Host, out var node))
        {
            refusal = "no-node";
        }
        else if (!NodeAddress.TryGetPlace(address, out var place))
        {
            refusal = "no-place";
        }
        else if (NodeAddress.TryGetNode(self.Host, out var own) && own == node)
        {
            refusal = "own-node";
        }
        else
        {
            return new DiscoveredMember(node, [place]);
        }

        return null;
    }

    protected override void PreStart() => Timers.StartPeriodicTimer(nameof(LookForCluster), LookForCluster.Instance, TimeSpan.Zero, LookInterval);

    protected override void PostStop() => _cluster?.Unsubscribe(Self);

    // The provider makes the cluster after the transport has started, on its own thread; to be the first to ask for it
    // would make it half-way through the system's start.
    private void Look()
    {
        var system = Context.System;
        if (system.HasExtension<Cluster>())
        {
            Timers.Cancel(nameof(LookForCluster));
            Task.Run(() => Cluster.Get(system)).PipeTo(Self);
        }
    }

    private void Follow(Cluster cluster)
    {
        _cluster = cluster;
        _seeds = [.. cluster.Settings.SeedNodes.Where(seed => seed != _self).Select(Judge).OfType<DiscoveredMember>()];
        cluster.Subscribe(
            Self,
            ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
            typeof(ClusterEvent.IMemberEvent),
            typeof(ClusterEvent.IReachabilityEvent));
        Tell();
    }

    private void Add(Member member)
    {
        if (member.Address == _self || _members.ContainsKey(member.UniqueAddress))
        {
            return;
        }

        if (_members.Count >= MaxMembers)
        {
            Refuse(member.Address, "too-many");
        }
        else
        {
            _members.Add(member.UniqueAddress, Judge(member.Address));
            Tell();
        }
    }

    private void Remove(UniqueAddress member)
    {
        if (_members.Remove(member))
        {
            Tell();
        }
    }

    private DiscoveredMember? Judge(Address address)
    {
        var entry = Read(address, _self, out var refusal);
        if (refusal is not null)
        {
            Refuse(address, refusal);
        }

        return entry;
    }

    private void Refuse(Address address, string reason)
    {
        _counters.Add("akka.directory.refused." + reason);
        _log.Warning("{0} is in the cluster and cannot be dialled by its address: {1}", address, reason);
    }

    private void Tell()
    {
        var entries = _seeds.Concat(_members.Values.OfType<DiscoveredMember>()).GroupBy(static entry => entry.Node)
            .Select(static same => new DiscoveredMember(same.Key, [.. same.SelectMany(static entry => entry.Addresses).Distinct()]))
            .ToList();
        _counters.Set("akka.directory.members", entries.Count);
        _node.Tell(new P2PNode.UseDirectory(entries));
    }

    private sealed record LookForCluster
    {
        public static readonly LookForCluster Instance = new();
    }
}
