using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>
/// What a node spends on the packets of others: room by (link, origin, next hop), handshakes by source and by link,
/// distances for detours, and notices. Tables hold what is under way, and buckets that are not full.
/// </summary>
internal sealed class RelayLimits(RoutingSettings settings, double detoursPerSecond, DateTimeOffset now)
{
    /// <summary>Notices to sources a second: one tells a source as much as many.</summary>
    private const double NoticesPerSecond = 200;

    /// <summary>Buckets kept; beyond it those that are full again are dropped, and if none is, all of a source are refused.</summary>
    private const int MaxBuckets = 4096;

    private readonly Dictionary<(NodeId From, NodeId Origin, NodeId Next), long> _waiting = [];
    private readonly Dictionary<NodeId, TokenBucket> _sources = [];
    private readonly Dictionary<NodeId, TokenBucket> _linkHellos = [];
    private TokenBucket _detours = new(detoursPerSecond, detoursPerSecond, now);
    private TokenBucket _notices = new(NoticesPerSecond, NoticesPerSecond, now);

    /// <summary>Takes room for a packet of another node.</summary>
    public bool TryTake(RelayQuota quota)
    {
        var key = (quota.From, quota.Origin, quota.Next);
        var waiting = _waiting.GetValueOrDefault(key) + quota.Bytes;
        if (waiting > settings.RelayQueueBytes)
        {
            return false;
        }

        _waiting[key] = waiting;
        return true;
    }

    /// <summary>These wait no longer.</summary>
    public void Sent(IEnumerable<RelayQuota> packets)
    {
        foreach (var quota in packets)
        {
            // A link that went down took its packets out of the table; the word about them may come later.
            var key = (quota.From, quota.Origin, quota.Next);
            if (_waiting.TryGetValue(key, out var waiting) && waiting > quota.Bytes)
            {
                _waiting[key] = waiting - quota.Bytes;
            }
            else
            {
                _waiting.Remove(key);
            }
        }
    }

    /// <summary>The link to this node is gone, and with it what waited there.</summary>
    public void Forget(NodeId next)
    {
        foreach (var key in _waiting.Keys.Where(key => key.Next == next).ToArray())
        {
            _waiting.Remove(key);
        }
    }

    /// <summary>True when a handshake may be asked for; both the source's and the link's share pay.</summary>
    public bool MayAskForHandshake(NodeId link, NodeId source, DateTimeOffset at) =>
        TryTake(_linkHellos, link, settings.LinkHelloRatePerSecond, settings.LinkHelloBurst, at)
        && TryTake(_sources, source, settings.HelloRatePerSecond, settings.HelloBurst, at);

    /// <summary>True when distances may be computed that nobody asked for before.</summary>
    public bool MayComputeDetour(DateTimeOffset at) => _detours.TryTake(1, at);

    /// <summary>True when a source may be told.</summary>
    public bool MayNotify(DateTimeOffset at) => _notices.TryTake(1, at);

    private static bool TryTake(Dictionary<NodeId, TokenBucket> buckets, NodeId node, double rate, int burst, DateTimeOffset at)
    {
        if (!buckets.TryGetValue(node, out var bucket))
        {
            if (buckets.Count >= MaxBuckets)
            {
                DropFull(buckets, burst, at);
            }

            if (buckets.Count >= MaxBuckets)
            {
                return false;
            }

            bucket = new TokenBucket(rate, burst, at);
        }

        var taken = bucket.TryTake(1, at);
        buckets[node] = bucket;
        return taken;
    }

    private static void DropFull(Dictionary<NodeId, TokenBucket> buckets, int burst, DateTimeOffset at)
    {
        foreach (var (node, bucket) in buckets.ToArray())
        {
            if (bucket.Available(at) >= burst)
            {
                buckets.Remove(node);
            }
        }
    }
}
