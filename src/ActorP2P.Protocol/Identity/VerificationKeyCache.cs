using System.Security.Cryptography;

namespace ActorP2P.Protocol.Identity;

/// <summary>
/// Imported verification keys by node ID: an import costs more than a verification. Bounded, the oldest import
/// leaves first. An evicted key may still be in use by another thread, so its handle is left to the finalizer.
/// </summary>
internal sealed class VerificationKeyCache(int capacity, Func<NodeId, ECDsa?> import)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, ECDsa> _keys = [];
    private readonly Queue<NodeId> _oldestFirst = new();

    /// <summary>Number of keys held, never above the capacity.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _keys.Count;
            }
        }
    }

    /// <summary>The key, imported when it is not held; null when the ID is no point of the curve.</summary>
    public ECDsa? Find(NodeId id)
    {
        lock (_gate)
        {
            if (_keys.TryGetValue(id, out var held))
            {
                return held;
            }
        }

        var imported = import(id);
        if (imported is not null)
        {
            Keep(id, imported);
        }

        return imported;
    }

    private void Keep(NodeId id, ECDsa key)
    {
        lock (_gate)
        {
            if (!_keys.TryAdd(id, key))
            {
                return;
            }

            _oldestFirst.Enqueue(id);
            if (_keys.Count > capacity)
            {
                _keys.Remove(_oldestFirst.Dequeue());
            }
        }
    }
}
