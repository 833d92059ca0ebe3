using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Limits;

/// <summary>
/// Who passes on what does not verify lies or is broken, and each such message costs a signature check: some at once are
/// borne, then one a second.
/// </summary>
internal sealed class SignaturePatience
{
    private const double BadSignaturesPerSecond = 1;
    private const double BadSignatureBurst = 32;

    private readonly Dictionary<NodeId, TokenBucket> _peers = [];

    internal void PeerDown(NodeId peer) => _peers.Remove(peer);

    /// <summary>True while what the peer brings is checked.</summary>
    internal bool IsLeft(NodeId peer, DateTimeOffset now) => Of(peer, now).Available(now) >= 1;

    /// <summary>The peer brought what did not verify.</summary>
    internal void Lose(NodeId peer, DateTimeOffset now)
    {
        var bucket = Of(peer, now);
        bucket.TryTake(1, now);
        _peers[peer] = bucket;
    }

    /// <summary>Drops those who have all of it again.</summary>
    internal void Forget(DateTimeOffset now)
    {
        foreach (var (peer, bucket) in _peers)
        {
            if (bucket.Available(now) >= BadSignatureBurst)
            {
                _peers.Remove(peer);
            }
        }
    }

    private TokenBucket Of(NodeId peer, DateTimeOffset now) =>
        _peers.TryGetValue(peer, out var known) ? known : new TokenBucket(BadSignaturesPerSecond, BadSignatureBurst, now);
}
