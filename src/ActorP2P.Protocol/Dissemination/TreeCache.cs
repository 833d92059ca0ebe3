using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>This node's place in one origin's tree.</summary>
/// <param name="Children">Whom to push to.</param>
/// <param name="Wanted">Members in the tree that want the message, this node and the origin not counted.</param>
/// <param name="ReachesUs">True when this node is in the tree.</param>
/// <param name="Tree">The tree without pruning.</param>
internal sealed record TreePlace(IReadOnlyList<NodeId> Children, int Wanted, bool ReachesUs, DisseminationTree Tree);

/// <summary>Places by origin, width and topic, computed when a message needs them and forgotten when the view changes.</summary>
internal sealed class TreeCache(NodeId self)
{
    // A tree of 1,000 nodes costs about 30 KB; beyond this the cache starts anew.
    private const int MaxPlaces = 512;

    private readonly Dictionary<(NodeId Origin, int MaxChildren, string? Topic), TreePlace> _places = [];
    private readonly Dictionary<(NodeId Origin, int MaxChildren), DisseminationTree> _trees = [];

    internal void Clear()
    {
        _places.Clear();
        _trees.Clear();
    }

    internal TreePlace PlaceUnder(NodeId origin, int maxChildren, string? topic, MulticastView view, IReadOnlySet<NodeId> peers)
    {
        if (_places.TryGetValue((origin, maxChildren, topic), out var known))
        {
            return known;
        }

        if (_places.Count >= MaxPlaces)
        {
            Clear();
        }

        if (!_trees.TryGetValue((origin, maxChildren), out var tree))
        {
            bool IsAllowed(NodeId node) => node == self || node == origin || peers.Contains(node) || view.Members.ContainsKey(node);
            tree = DisseminationTree.Build(view.Graph, origin, IsAllowed, maxChildren);
            _trees[(origin, maxChildren)] = tree;
        }

        bool IsWanted(NodeId node) => view.Wants(node, topic);
        var pruned = topic is null ? tree : tree.PrunedTo(IsWanted);
        var wanted = tree.CountWhere(node => node != self && IsWanted(node));
        var place = new TreePlace(pruned.ChildrenOf(self), wanted, tree.Contains(self), tree);
        _places[(origin, maxChildren, topic)] = place;
        return place;
    }
}
