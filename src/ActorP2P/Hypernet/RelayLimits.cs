using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>
/// What a node spends on the packets of others: room by (link, origin, next hop) and by (link, next hop), handshakes by source
/// and by link, distances and notices by link. Tables hold what is under way, and buckets that are not full.
/// </summary>
/// <param name="settings"><c>actorp2p.routing</c>.</param>
/// <param name="linkQueueBytes">Bytes of packets that wait for one next hop, whoever sent them (<c>link.lane-queue-bytes</c>): one link gets half.</param>
internal sealed class RelayLimits(RoutingSettings settings, int linkQueueBytes)
{
    /// <summary>Buckets kept; beyond it those that are full again are dropped, and if none is, all of a source are refused.</summary>
    private const int MaxBuckets = 4096;

    private readonly Dictionary<(NodeId From, NodeId Origin, NodeId Next), long> _waiting = [];
    private readonly Dictionary<NodeId, TokenBucket> _sources = [];
    private readonly Dictionary<NodeId, TokenBucket> _linkHellos = [];
    private readonly Dictionary<(NodeId From, NodeId Next), long> _waitingOfLink = [];
    private readonly Dictionary<NodeId, TokenBucket> _distances = [];
    private readonly Dictionary<NodeId, TokenBucket> _notices = [];

    /// <summary>Takes room for a packet of another node.</summary>
    public bool TryTake(RelayQuota quota)
    {
        var (key, link) = ((quota.From, quota.Origin, quota.Next), (quota.From, quota.Next));
        var waiting = _waiting.GetValueOrDefault(key) + quota.Bytes;
        var waitingOfLink = _waitingOfLink.GetValueOrDefault(link) + quota.Bytes;
        if (waiting > settings.RelayQueueBytes || waitingOfLink > Math.Max(linkQueueBytes / 2, settings.RelayQueueBytes))
        {
            return false;
        }

        _waiting[key] = waiting;
        _waitingOfLink[link] = waitingOfLink;
        return true;
    }

    /// <summary>These wait no longer.</summary>
    public void Sent(IEnumerable<RelayQuota> packets)
    {
        foreach (var quota in packets)
        {
            // A link that went down took its packets out of the tables; the word about them may come later.
            Lower(_waiting, (quota.From, quota.Origin, quota.Next), quota.Bytes);
            Lower(_waitingOfLink, (quota.From, quota.Next), quota.Bytes);
        }
    }

    /// <summary>The link to this node is gone, and with it what waited there.</summary>
    public void Forget(NodeId next)
    {
        foreach (var key in _waiting.Keys.Where(key => key.Next == next).ToArray())
        {
            _waiting.Remove(key);
        }

        foreach (var key in _waitingOfLink.Keys.Where(key => key.Next == next).ToArray())
        {
            _waitingOfLink.Remove(key);
        }
    }

    /// <summary>True when a handshake may be asked for; both the source's and the link's share pay.</summary>
    public bool MayAskForHandshake(NodeId link, NodeId source, DateTimeOffset at) =>
        TryTake(_linkHellos, link, settings.LinkHelloRatePerSecond, settings.LinkHelloBurst, at)
        && TryTake(_sources, source, settings.HelloRatePerSecond, settings.HelloBurst, at);

    /// <summary>True when distances may be computed, for a packet that came over this link, that no packet needed before.</summary>
    public bool MayCompute(NodeId link, DateTimeOffset at) => TryTake(_distances, link, settings.DistancesPerSecond, settings.DistancesBurst, at);

    /// <summary>True when the source of a packet that came over this link may be told of it.</summary>
    public bool MayNotify(NodeId link, DateTimeOffset at) => TryTake(_notices, link, settings.NoticesPerSecond, settings.NoticesPerSecond, at);

    private static void Lower<TKey>(Dictionary<TKey, long> waiting, TKey key, long bytes)
        where TKey : notnull
    {
        if (waiting.TryGetValue(key, out var before) && before > bytes)
        {
            waiting[key] = before - bytes;
        }
        else
        {
            waiting.Remove(key);
        }
    }

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
