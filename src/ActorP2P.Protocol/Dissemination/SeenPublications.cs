using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// Which publications of which origins were seen. It may outlive a core: a namespace that starts afresh within one process
/// hands it to the next one, so that what others still hold is not delivered a second time. One core uses it at a time.
/// One window an origin, and origins are members, so it is bounded.
/// </summary>
public sealed class SeenPublications
{
    private readonly Dictionary<NodeId, (ulong Epoch, DedupWindow Window)> _windows = [];

    internal IEnumerable<(NodeId Origin, ulong Epoch, DedupWindow Window)> All =>
        _windows.Select(static pair => (pair.Key, pair.Value.Epoch, pair.Value.Window));

    /// <summary>Starts the window of an origin's epoch, and forgets that of an earlier one.</summary>
    internal DedupWindow Start(NodeId origin, ulong epoch, ulong floor, int maxBits)
    {
        var window = new DedupWindow(maxBits, floor);
        _windows[origin] = (epoch, window);
        return window;
    }

    internal void Forget(NodeId origin) => _windows.Remove(origin);
}
