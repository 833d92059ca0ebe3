using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;

namespace ActorP2P;

/// <content>What modules are told about the ways that packets take.</content>
public sealed partial class TunnelRouter
{
    private RoutesSnapshot Routes()
    {
        var routes = new Dictionary<NodeId, Route>();
        foreach (var (node, first) in FirstHops.From(_graph, OwnId, _links.Keys))
        {
            // A tunnel may avoid relays that seem to swallow: then its way is another one than the shortest.
            routes[node] = _ways.TryGetValue(node, out var way) && way.Plan.Relays is { Count: > 0 } relays && !IsLinked(node)
                ? new Route(relays.Count + 1, relays[0], relays)
                : new Route(first.Hops, first.Node, []);
        }

        return new RoutesSnapshot(routes);
    }
}
