using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>This node's place in one origin's tree.</summary>
/// <param name="Children">Whom to push to.</param>
/// <param name="Wanted">Members in the tree that want the message, this node and the origin not counted.</param>
/// <param name="Tree">The tree without pruning.</param>
/// <param name="Pruned">The tree without branches that nobody wants the message on.</param>
internal sealed record TreePlace(IReadOnlyList<NodeId> Children, int Wanted, DisseminationTree Tree, DisseminationTree Pruned);

/// <summary>
/// Who is around: the peers with a session, the view of the rest, and this node's places in the trees, computed
/// when a message needs them and forgotten when anything changes.
/// </summary>
internal sealed class Neighbourhood(OwnOrigin self)
{
    // A tree of 1,000 nodes costs about 30 KB; beyond this a cache starts anew.
    private const int MaxPlaces = 512;
    private const int MaxTrees = 512;

    // No text that comes over the wire has half a character.
    private const string UnfollowedTopic = "\ud800";

    private readonly HashSet<NodeId> _peers = [];
    private readonly Dictionary<(NodeId Origin, int MaxChildren, string? Topic), TreePlace> _places = [];
    private readonly Dictionary<(NodeId Origin, int MaxChildren), DisseminationTree> _trees = [];
    private DisseminationTree? _reach;
    private LazyLinks? _lazyLinks;
    private HashSet<string>? _followedTopics;

    /// <summary>Places computed: a flood must not cause many.</summary>
    internal long PlacesComputed { get; private set; }

    /// <summary>Trees computed.</summary>
    internal long TreesComputed { get; private set; }

    internal IReadOnlySet<NodeId> Peers => _peers;

    internal MulticastView View { get; private set; } = MulticastView.Empty;

    internal bool TryAdd(NodeId peer)
    {
        var added = _peers.Add(peer);
        if (added)
        {
            Forget();
        }

        return added;
    }

    internal bool TryRemove(NodeId peer)
    {
        var removed = _peers.Remove(peer);
        if (removed)
        {
            Forget();
        }

        return removed;
    }

    internal void Use(MulticastView view)
    {
        View = view;
        _followedTopics = null;
        Forget();
    }

    /// <summary>The place for a message: its size decides how wide the tree is.</summary>
    internal TreePlace PlaceUnder(PublicationHeader header)
    {
        var members = Math.Max(View.Members.Count, _peers.Count + 1);
        return PlaceUnder(header.Id.Origin, TreePolicy.MaxChildren(members, header.PayloadLengthBytes), header.Topic);
    }

    /// <summary>Members that a publication of this node is on its way to, by the present view: those in its tree, and peers that are not.</summary>
    internal int CountWanting(string? topic)
    {
        var place = PlaceUnder(self.Id, int.MaxValue, topic);
        return place.Wanted + _peers.Count(peer => !place.Tree.Contains(peer) && View.Wants(peer, topic));
    }

    /// <summary>True when a push from the origin can be on its way to us: links go both ways, so whom we reach reaches us.</summary>
    internal bool IsReachedFrom(NodeId origin) =>
        _peers.Contains(origin) || (_reach ??= DisseminationTree.Build(View.Graph, self.Id, IsAllowed, int.MaxValue)).Contains(origin);

    /// <summary>Whom to tell of new ids.</summary>
    internal LazyLinks LazyLinks => _lazyLinks ??= LazyLinks.Of(View.Graph, self.Id, _peers, IsAllowed);

    /// <summary>True when a peer follows the topic, or passes the message on to somebody who does.</summary>
    internal bool HasUseFor(NodeId peer, PublicationHeader header) =>
        View.Wants(peer, header.Topic) || PlaceUnder(header).Pruned.Contains(peer);

    private TreePlace PlaceUnder(NodeId origin, int maxChildren, string? topic)
    {
        // Topics are free to invent; those that nobody follows have one place.
        topic = topic is null || FollowedTopics.Contains(topic) ? topic : UnfollowedTopic;
        if (_places.TryGetValue((origin, maxChildren, topic), out var known))
        {
            return known;
        }

        if (_places.Count >= MaxPlaces)
        {
            _places.Clear();
        }

        PlacesComputed++;
        if (!_trees.TryGetValue((origin, maxChildren), out var tree))
        {
            if (_trees.Count >= MaxTrees)
            {
                _trees.Clear();
            }

            TreesComputed++;
            tree = DisseminationTree.Build(View.Graph, origin, node => node == origin || IsAllowed(node), maxChildren);
            _trees[(origin, maxChildren)] = tree;
        }

        bool IsWanted(NodeId node) => View.Wants(node, topic);
        var pruned = topic is null ? tree : tree.PrunedTo(IsWanted);
        var wanted = tree.CountWhere(node => node != self.Id && IsWanted(node));
        var place = new TreePlace(pruned.ChildrenOf(self.Id), wanted, tree, pruned);
        _places[(origin, maxChildren, topic)] = place;
        return place;
    }

    private HashSet<string> FollowedTopics =>
        _followedTopics ??= View.Members.Values.SelectMany(static topics => topics ?? Enumerable.Empty<string>()).ToHashSet(StringComparer.Ordinal);

    private bool IsAllowed(NodeId node) => node == self.Id || _peers.Contains(node) || View.Members.ContainsKey(node);

    private void Forget()
    {
        _reach = null;
        _lazyLinks = null;
        _places.Clear();
        _trees.Clear();
    }
}
