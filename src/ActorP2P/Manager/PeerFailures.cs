using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <summary>Counts failures by remote node within a window, as a supervisor's restart limit does for one child.</summary>
internal sealed class PeerFailures(int maxFailures, TimeSpan window)
{
    private readonly Dictionary<NodeId, (int Count, DateTimeOffset WindowEnd)> _failures = [];

    /// <summary>Notes a failure; true when it is one more than the window allows.</summary>
    public bool IsTooMany(NodeId remote, DateTimeOffset now)
    {
        // What is over is forgotten here, so the table holds no more nodes than failed within one window.
        foreach (var over in _failures.Where(pair => pair.Value.WindowEnd <= now).Select(pair => pair.Key).ToArray())
        {
            _failures.Remove(over);
        }

        var (count, end) = _failures.GetValueOrDefault(remote, (0, now + window));
        _failures[remote] = (count + 1, end);
        return count >= maxFailures;
    }
}
