namespace ActorP2P;

/// <summary>The queues of a namespace's modules by type, and the room that all of them share for what waits.</summary>
internal sealed class ModuleQueues
{
    private readonly Dictionary<string, ModuleQueue> _byType = new(StringComparer.Ordinal);
    private long _waitingBytes;

    /// <summary>Every type with a living module, in no order.</summary>
    public IReadOnlyDictionary<string, ModuleQueue> ByType => _byType;

    /// <summary>A type has a module.</summary>
    public void Add(ModuleQueue queue) => _byType.Add(queue.Type, queue);

    /// <summary>Keeps a message until its module has room. False when there is no room for it here.</summary>
    /// <param name="queue">Its module's.</param>
    /// <param name="pending">The message.</param>
    /// <param name="maxBytes"><c>modules.waiting-bytes</c>: all types together; one type gets half.</param>
    public bool TryWait(ModuleQueue queue, in ModuleQueue.PendingDelivery pending, long maxBytes)
    {
        if (_waitingBytes + pending.Bytes > maxBytes || queue.WaitingBytes + pending.Bytes > maxBytes / 2)
        {
            return false;
        }

        var before = queue.WaitingBytes;
        queue.Wait(pending);
        _waitingBytes += queue.WaitingBytes - before;
        return true;
    }

    /// <summary>Takes the next message that a module has room for.</summary>
    public bool TryTake(ModuleQueue queue, out ModuleQueue.PendingDelivery pending)
    {
        var before = queue.WaitingBytes;
        var taken = queue.TryTake(out pending);
        _waitingBytes += queue.WaitingBytes - before;
        return taken;
    }

    /// <summary>A type has no module any more.</summary>
    public (IReadOnlyList<ModuleQueue.PendingDelivery> Waiting, IReadOnlyList<ModuleQueue.PendingDelivery> Unacknowledged) Remove(string type)
    {
        if (!_byType.Remove(type, out var queue))
        {
            return ([], []);
        }

        _waitingBytes -= queue.WaitingBytes;
        return queue.Abandon();
    }
}
