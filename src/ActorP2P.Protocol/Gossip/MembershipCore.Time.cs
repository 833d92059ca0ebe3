using System.Security.Cryptography;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Timers;

namespace ActorP2P.Protocol.Gossip;

/// <content>What happens by the clock. It is the wall clock, by which certificates end, so it may be set back.</content>
public sealed partial class MembershipCore
{
    // The members' states and routes are gone at the end of a chain; a renewed one that is late still finds its node here.
    private static readonly TimeSpan GoneKept = TimeSpan.FromHours(1);

    private readonly Alarm _alarm = new();
    private readonly Dictionary<NodeId, DateTimeOffset> _gone = [];
    private DateTimeOffset _nextExpiry = DateTimeOffset.MaxValue;
    private DateTimeOffset _latest;

    // What is due after a while must not wait until the old time is reached again.
    private void FollowClock(DateTimeOffset now)
    {
        if (now < _latest)
        {
            var by = now - _latest;
            _fetches.Shift(by);
            foreach (var (node, at) in _gone)
            {
                _gone[node] = at + by;
            }
        }

        _latest = now;
    }

    // Whose chain has ended, and who has no link, is nobody's neighbour any more: its chain would be kept for ever.
    private void ForgetGone(DateTimeOffset now)
    {
        foreach (var (node, at) in _gone)
        {
            if (at > now)
            {
                continue;
            }

            if (_peers.Contains(node))
            {
                _gone[node] = now + GoneKept;
                continue;
            }

            _gone.Remove(node);
            if (_standings.TryGetValue(node, out var standing) && standing.Verdict == MembershipVerdict.Expired)
            {
                _standings = _standings.Remove(node);
                if (_chains.Remove(node, out var chain))
                {
                    _byHash.Remove(ChainHash.From(SHA256.HashData(chain.Span)));
                }
            }
        }
    }

    private void NoteExpiry(DateTimeOffset notAfter) => _nextExpiry = notAfter < _nextExpiry ? notAfter : _nextExpiry;

    // Looked for when the earliest has passed only: at every message it would cost the time to go through all members.
    private void ForgetExpiries(DateTimeOffset now)
    {
        if (_nextExpiry > now)
        {
            return;
        }

        _nextExpiry = DateTimeOffset.MaxValue;
        foreach (var standing in _standings.Values)
        {
            if (standing.Verdict == MembershipVerdict.Member && standing.NotAfter > now)
            {
                NoteExpiry(standing.NotAfter);
            }
        }
    }

    private void Rearm(DateTimeOffset now, List<MembershipEffect> effects)
    {
        // A fetch that ended meanwhile may leave its time behind: the alarm then finds nothing to do.
        var at = _fetches.NextRetry < _nextExpiry ? _fetches.NextRetry : _nextExpiry;
        at = _gone.Count > 0 && now + GoneKept < at ? now + GoneKept : at;

        // Timers of engines count milliseconds in 32 bits; a day is soon enough to look again.
        var latest = now + TimeSpan.FromDays(1);
        at = at > latest ? latest : at;
        if ((_fetches.Count > 0 || !_standings.IsEmpty) && _alarm.TryArm(at, now, out var token, out var delay))
        {
            effects.Add(new MembershipEffect.Schedule(token, delay));
        }
    }
}
