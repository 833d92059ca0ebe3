namespace ActorP2P.Protocol.Channel;

/// <summary>
/// Requests of this side that wait for a reply. Ids are random and unguessable by anyone but the far side of the
/// session; a reply for an id that is not here is late or invented, and is dropped with a count.
/// </summary>
internal sealed class PendingRequests(int maxPending, IRandomSource random)
{
    private readonly Dictionary<ulong, object> _contexts = [];
    private PriorityQueue<ulong, DateTimeOffset> _deadlines = new();

    public int Count => _contexts.Count;

    public bool IsFull => _contexts.Count >= maxPending;

    public DateTimeOffset? NextDeadline => _deadlines.TryPeek(out _, out var at) ? at : null;

    public ulong Add(object context, DateTimeOffset deadline)
    {
        ulong id;
        do
        {
            id = random.NextUInt64();
        }
        while (!_contexts.TryAdd(id, context));
        _deadlines.Enqueue(id, deadline);
        CompactDeadlines();
        return id;
    }

    public bool TryTake(ulong id, out object context)
    {
        if (_contexts.Remove(id, out var found))
        {
            context = found;
            return true;
        }

        context = this;
        return false;
    }

    public void Expire(DateTimeOffset now, List<ChannelEffect> effects)
    {
        while (_deadlines.TryPeek(out var id, out var at) && at <= now)
        {
            _deadlines.Dequeue();
            if (_contexts.Remove(id, out var context))
            {
                effects.Add(new ChannelEffect.Failed(context, ChannelFailure.TimedOut));
            }
        }
    }

    /// <summary>The far side has forgotten all requests but those that wait here to be sent.</summary>
    public void FailAllBut(IReadOnlySet<ulong> waiting, ChannelFailure reason, List<ChannelEffect> effects)
    {
        foreach (var id in _contexts.Keys.Where(id => !waiting.Contains(id)).ToArray())
        {
            effects.Add(new ChannelEffect.Failed(_contexts[id], reason));
            _contexts.Remove(id);
        }
    }

    public void FailAll(ChannelFailure reason, List<ChannelEffect> effects)
    {
        foreach (var context in _contexts.Values)
        {
            effects.Add(new ChannelEffect.Failed(context, reason));
        }

        _contexts.Clear();
        _deadlines.Clear();
    }

    /// <summary>Answered requests leave their deadline behind; rebuilding at twice the live ones keeps the heap bounded.</summary>
    private void CompactDeadlines()
    {
        const int Slack = 1024;
        if (_deadlines.Count <= (_contexts.Count * 2) + Slack)
        {
            return;
        }

        _deadlines = new PriorityQueue<ulong, DateTimeOffset>(
            _deadlines.UnorderedItems.Where(item => _contexts.ContainsKey(item.Element)).Select(item => (item.Element, item.Priority)));
    }
}
