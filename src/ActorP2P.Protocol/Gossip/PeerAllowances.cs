using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;

namespace ActorP2P.Protocol.Gossip;

/// <summary>How many answers each linked peer may ask for: asking for history for ever costs us a bounded amount.</summary>
internal sealed class AnswerAllowance(double answersPerSecond, int burst)
{
    private readonly Dictionary<NodeId, TokenBucket> _buckets = [];

    internal bool TryTake(NodeId peer, DateTimeOffset now)
    {
        if (!_buckets.TryGetValue(peer, out var bucket))
        {
            bucket = new TokenBucket(answersPerSecond, burst, now);
        }

        var taken = bucket.TryTake(1, now);
        _buckets[peer] = bucket;
        return taken;
    }

    internal void Forget(NodeId peer) => _buckets.Remove(peer);
}

/// <summary>How often each owner's state may change here, so that one churning member does not keep all others busy.</summary>
internal sealed class ChangeAllowance(TimeSpan interval, int burst)
{
    private readonly Dictionary<NodeId, TokenBucket> _buckets = [];

    internal bool MayChange(NodeId owner, DateTimeOffset now) =>
        interval <= TimeSpan.Zero || !_buckets.TryGetValue(owner, out var bucket) || bucket.Available(now) >= 1;

    internal void Changed(NodeId owner, DateTimeOffset now)
    {
        if (interval <= TimeSpan.Zero)
        {
            return;
        }

        if (!_buckets.TryGetValue(owner, out var bucket))
        {
            bucket = new TokenBucket(1 / interval.TotalSeconds, burst, now);
        }

        bucket.TryTake(1, now);
        _buckets[owner] = bucket;
    }

    /// <summary>Drops the buckets that are full again.</summary>
    internal void Forget(DateTimeOffset now)
    {
        foreach (var (owner, bucket) in _buckets)
        {
            if (bucket.Available(now) >= burst)
            {
                _buckets.Remove(owner);
            }
        }
    }
}
