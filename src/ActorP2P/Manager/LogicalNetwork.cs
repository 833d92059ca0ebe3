using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>
/// A namespace's members as this node sees them. The event hub is its only writer; each change answers with the
/// events that it means. A member that changes faster than its allowance of events is shown late: its newest state
/// waits, so that it costs observers no more than the others and still ends with its last values.
/// </summary>
internal sealed class LogicalNetwork(string namespaceName, NodeId self, EventSettings limits, int maxHops)
{
    private readonly Dictionary<NodeId, Member> _members = [];
    private readonly HashSet<NodeId> _gathered = [];
    private readonly List<NodeId> _unrouted = [];
    private LinkGraph _graph = LinkGraph.Empty;
    private HopCounts? _hops;
    private NodeId _self = self;

    /// <summary>This node goes by another ID.</summary>
    public IEnumerable<ControlEvent> UseIdentity(NodeId former, NodeId present)
    {
        _self = present;
        _hops = null;
        yield return new IdentityChanged(namespaceName, former, present);
    }

    /// <summary>A session is up. A direct one takes the place of a relayed one of the same run without a word.</summary>
    public IEnumerable<ControlEvent> Join(NodeId node, ulong epoch, bool isRelayed)
    {
        var member = Ensure(node);
        var isNews = !member.HasSession || member.LinkEpoch != epoch || (member.IsLinked && !isRelayed);
        member.HasSession = true;
        member.IsLinked = !isRelayed;
        member.LinkEpoch = epoch;
        _hops = null;
        if (isNews)
        {
            yield return new PeerUp(namespaceName, node, epoch);
        }
    }

    /// <summary>A session is over, or only its direct link.</summary>
    public IEnumerable<ControlEvent> Leave(NodeId node, string reason, bool isRelayed)
    {
        if (!_members.TryGetValue(node, out var member) || !member.HasSession)
        {
            yield break;
        }

        member.IsLinked = false;
        _hops = null;
        if (isRelayed)
        {
            yield break;
        }

        member.HasSession = false;
        yield return new PeerDown(namespaceName, node, reason);
        foreach (var change in Forget(node, member))
        {
            yield return change;
        }
    }

    /// <summary>A section of a state is in force. It is shown at once, or gathered when the member's allowance is used up.</summary>
    public IReadOnlyList<ControlEvent> Apply(NodeId node, ulong epoch, ulong seq, StateBody state, DateTimeOffset now)
    {
        var member = Ensure(node);
        member.Newest = member.Newest.With(state, epoch, seq);
        member.Allowance ??= new TokenBucket(limits.StatusPerSecond, limits.StatusBurst, now);
        return ShowOrGather(node, member, now);
    }

    /// <summary>Time until a gathered state may be shown; null when there is none.</summary>
    public TimeSpan? TellGatheredAfter(DateTimeOffset now)
    {
        TimeSpan? least = null;
        foreach (var node in _gathered)
        {
            var wait = _members[node].Allowance!.Value.UntilOne(now);
            least = wait < least ? wait : least ?? wait;
        }

        return least;
    }

    /// <summary>Shows the gathered states whose members may be told of again.</summary>
    public IReadOnlyList<ControlEvent> TellGathered(DateTimeOffset now)
    {
        var events = new List<ControlEvent>();
        foreach (var node in _gathered.Where(node => _members[node].Allowance!.Value.Available(now) >= 1).ToArray())
        {
            events.AddRange(Show(node, _members[node], now));
        }

        return events;
    }

    /// <summary>A section of a state is in force no more.</summary>
    public IReadOnlyList<ControlEvent> Expire(NodeId node, StateSection section, DateTimeOffset now)
    {
        if (!_members.TryGetValue(node, out var member) || !member.Newest.IsKnown)
        {
            return [];
        }

        member.Newest = member.Newest.Without(section);
        return member.Newest.IsKnown ? ShowOrGather(node, member, now) : [.. Show(node, member, now), .. Forget(node, member)];
    }

    /// <summary>The links are these from now on; <see cref="ComputeRoutes"/> says what that means.</summary>
    public void Use(LinkGraph graph)
    {
        if (!ReferenceEquals(_graph, graph))
        {
            _graph = graph;
            _hops = null;
        }
    }

    /// <summary>
    /// The routes that changed since the last time. Distances go as far as a packet may: any node of the network relays it.
    /// They are computed anew when links or sessions changed; a member that is new is looked up in them.
    /// </summary>
    public IReadOnlyList<ControlEvent> ComputeRoutes()
    {
        var events = new List<ControlEvent>();
        if (_hops is null)
        {
            // A member that is linked and without a session (its namespace is starting, say) is not one hop away yet.
            _hops = HopCounts.From(
                _graph,
                _self,
                _members.Where(static pair => pair.Value.IsLinked).Select(static pair => pair.Key)
                    .Concat(_graph.Neighbours(_self).Where(neighbour => !_members.ContainsKey(neighbour))),
                maxHops);
            foreach (var (node, member) in _members)
            {
                Route(node, member, events);
            }
        }
        else
        {
            foreach (var node in _unrouted)
            {
                if (_members.TryGetValue(node, out var member))
                {
                    Route(node, member, events);
                }
            }
        }

        _unrouted.Clear();
        return events;
    }

    private void Route(NodeId node, Member member, List<ControlEvent> events)
    {
        var distance = member.IsLinked ? 1 : _hops!.To(node);
        if (node != _self && member.Hops != distance)
        {
            member.Hops = distance;
            events.Add(new RouteChanged(namespaceName, node, distance));
        }
    }

    /// <summary>All members but this node.</summary>
    public PeersSnapshot Peers() => new(
        namespaceName,
        [.. _members.Where(pair => pair.Key != _self).OrderBy(pair => pair.Key).Select(pair => pair.Value.Info(pair.Key))]);

    /// <summary>Subscribers by topic, this node among them.</summary>
    public TopicsSnapshot Topics()
    {
        var subscribers = new SortedDictionary<string, List<NodeId>>(StringComparer.Ordinal);
        foreach (var (node, member) in _members.OrderBy(pair => pair.Key))
        {
            foreach (var topic in member.Shown.Topics)
            {
                if (!subscribers.TryGetValue(topic, out var nodes))
                {
                    subscribers[topic] = nodes = [];
                }

                nodes.Add(node);
            }
        }

        return new TopicsSnapshot(namespaceName, subscribers.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<NodeId>)pair.Value));
    }

    /// <summary>Status of one node; empty when it is not known.</summary>
    public StatusSnapshot Status(NodeId node)
    {
        var state = _members.TryGetValue(node, out var member) ? member.Shown : MemberState.Unknown;
        return new StatusSnapshot(namespaceName, node, state.Status is null ? state.Epoch : state.StatusEpoch, state.StatusSeq, state.Entries);
    }

    /// <summary>Status of all nodes whose state is known.</summary>
    public IReadOnlyList<StatusSnapshot> AllStatus() =>
        [.. _members.Where(pair => pair.Value.Shown.IsKnown).Select(pair => pair.Key).Order().Select(Status)];

    private Member Ensure(NodeId node)
    {
        if (!_members.TryGetValue(node, out var member))
        {
            _members[node] = member = new Member();
            _unrouted.Add(node);
            if (_graph.IsLinked(_self, node))
            {
                // It was one hop away as somebody outside of the namespace; as a member it has to have a session for that.
                _hops = null;
            }
        }

        return member;
    }

    // Bounded by links and by state-sync.max-origins: a node that is neither linked nor has a state is no member.
    private IEnumerable<ControlEvent> Forget(NodeId node, Member member)
    {
        if (member.HasSession || member.Newest.IsKnown)
        {
            yield break;
        }

        _members.Remove(node);
        _hops = null;
        if (member.Hops > 0)
        {
            yield return new RouteChanged(namespaceName, node, 0);
        }
    }

    private IReadOnlyList<ControlEvent> ShowOrGather(NodeId node, Member member, DateTimeOffset now)
    {
        if (node == _self || !member.Shown.IsKnown || member.Allowance!.Value.Available(now) >= 1)
        {
            return Show(node, member, now);
        }

        _gathered.Add(node);
        return [];
    }

    // The allowance may run into debt: a state is shown whole, and the next one waits the longer.
    private List<ControlEvent> Show(NodeId node, Member member, DateTimeOffset now)
    {
        var events = Differences(node, member.Shown, member.Newest);
        var allowance = member.Allowance!.Value;
        allowance.Charge(events.Count, now);
        member.Allowance = allowance;
        member.Shown = member.Newest;
        _gathered.Remove(node);
        return events;
    }

    private List<ControlEvent> Differences(NodeId node, MemberState before, MemberState after)
    {
        var events = new List<ControlEvent>();
        if (!before.Topics.SequenceEqual(after.Topics))
        {
            events.Add(new TopicsChanged(namespaceName, node, after.Topics));
        }

        if (ReferenceEquals(before.Status, after.Status))
        {
            return events;
        }

        foreach (var (key, value) in after.Entries)
        {
            if (!before.Entries.TryGetValue(key, out var old) || !old.Span.SequenceEqual(value.Span))
            {
                events.Add(new StatusChanged(namespaceName, node, key, value));
            }
        }

        events.AddRange(before.Entries.Keys.Where(key => !after.Entries.ContainsKey(key))
            .Select(key => new StatusChanged(namespaceName, node, key, ReadOnlyMemory<byte>.Empty)));
        return events;
    }

    private sealed class Member
    {
        public bool HasSession { get; set; }

        /// <summary>What observers have been told.</summary>
        public MemberState Shown { get; set; } = MemberState.Unknown;

        /// <summary>What is in force.</summary>
        public MemberState Newest { get; set; } = MemberState.Unknown;

        public TokenBucket? Allowance { get; set; }

        public bool IsLinked { get; set; }

        public ulong LinkEpoch { get; set; }

        public int Hops { get; set; }

        public PeerInfo Info(NodeId node) => new(node, IsLinked, HasSession ? LinkEpoch : Shown.Epoch, Hops, Shown.Interests?.Protocols ?? []);
    }
}
