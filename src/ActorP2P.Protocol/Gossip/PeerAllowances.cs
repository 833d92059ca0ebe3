using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;

namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// How many bytes each linked peer may make us send: asking for history for ever, or sending digests that differ for
/// ever, costs us a bounded amount. A reply may run into debt; then nothing is replied until it is paid off.
/// </summary>
internal sealed class ReplyAllowance(double bytesPerSecond, int burstBytes)
{
    // A question that is answered with a few bytes, or none, still costs look-ups and a record.
    private const int LeastChargeBytes = 512;

    private readonly Dictionary<NodeId, TokenBucket> _buckets = [];

    internal bool MayReply(NodeId peer, DateTimeOffset now) => BucketOf(peer, now).Available(now) >= 1;

    internal void Charge(NodeId peer, int bytes, DateTimeOffset now)
    {
        var bucket = BucketOf(peer, now);
        bucket.Charge(Math.Max(bytes, LeastChargeBytes), now);
        _buckets[peer] = bucket;
    }

    internal void Forget(NodeId peer) => _buckets.Remove(peer);

    private TokenBucket BucketOf(NodeId peer, DateTimeOffset now) =>
        _buckets.TryGetValue(peer, out var bucket) ? bucket : new TokenBucket(bytesPerSecond, burstBytes, now);
}

/// <summary>How often each section may change here, so that one churning member does not keep all others busy.</summary>
internal sealed class ChangeAllowance(TimeSpan interval, int burst)
{
    private readonly Dictionary<StateKey, TokenBucket> _buckets = [];

    internal bool MayChange(StateKey section, DateTimeOffset now) =>
        interval <= TimeSpan.Zero || !_buckets.TryGetValue(section, out var bucket) || bucket.Available(now) >= 1;

    internal void Changed(StateKey section, DateTimeOffset now)
    {
        if (interval <= TimeSpan.Zero)
        {
            return;
        }

        if (!_buckets.TryGetValue(section, out var bucket))
        {
            bucket = new TokenBucket(1 / interval.TotalSeconds, burst, now);
        }

        bucket.Charge(1, now);
        _buckets[section] = bucket;
    }

    /// <summary>Drops the buckets that are full again.</summary>
    internal void Forget(DateTimeOffset now)
    {
        foreach (var (section, bucket) in _buckets)
        {
            if (bucket.Available(now) >= burst)
            {
                _buckets.Remove(section);
            }
        }
    }
}
