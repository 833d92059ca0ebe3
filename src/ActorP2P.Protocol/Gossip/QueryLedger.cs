using System.Runtime.InteropServices;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// Which announced states were asked for, and of whom, so that three announcers are not asked for one state at once.
/// Who did not answer is not asked for that state again for a while, whatever it announces meanwhile: announcing and
/// staying silent delays nobody for long. Room is shared by announcer: when it is full, who has most unmet queries
/// loses half of them, so a liar that announces what nobody has leaves room for the others.
/// </summary>
internal sealed class QueryLedger(int maxQueries, TimeSpan patience)
{
    // An announcer that did not answer may be asked again after this many patiences.
    private const int SilentPatiences = 4;

    // The next announcer is asked after this part of a patience: an answer takes a round trip, not a second.
    private const int AskersPerPatience = 4;

    private readonly Dictionary<NodeId, Dictionary<StateKey, DateTimeOffset>> _unmet = [];
    private readonly Dictionary<StateKey, LastQuery> _last = [];
    private int _count;
    private DateTimeOffset _forgottenAt;

    private TimeSpan Silence => patience * SilentPatiences;

    /// <summary>Notes the query if it may be sent now.</summary>
    internal QueryPermit TryAsk(StateKey key, NodeId announcer, DateTimeOffset now)
    {
        var isNoted = _unmet.TryGetValue(announcer, out var unmet) && unmet.TryGetValue(key, out var askedAt) && now - askedAt < Silence;
        if (isNoted || (_last.TryGetValue(key, out var last) && now - last.At < patience / AskersPerPatience))
        {
            return QueryPermit.NotYet;
        }

        if (_count >= maxQueries && !TryMakeRoom(unmet?.Count ?? 0, now))
        {
            return QueryPermit.Full;
        }

        Note(key, announcer, now);
        return QueryPermit.Ask;
    }

    /// <summary>A state of this section that was news has come, from whomever.</summary>
    internal void Answered(StateKey key)
    {
        if (!_last.Remove(key, out var last))
        {
            return;
        }

        foreach (var unmet in _unmet.Values)
        {
            if (unmet.Remove(key))
            {
                _count--;
                if (--last.Askers == 0)
                {
                    return;
                }
            }
        }
    }

    /// <summary>The peer's answer was cut short, or the peer is gone: what it was asked for may be asked again.</summary>
    internal void Release(NodeId peer)
    {
        if (_unmet.Remove(peer, out var unmet))
        {
            foreach (var key in unmet.Keys)
            {
                Drop(key);
            }
        }
    }

    private void Note(StateKey key, NodeId announcer, DateTimeOffset now)
    {
        if (!_unmet.TryGetValue(announcer, out var unmet))
        {
            _unmet[announcer] = unmet = [];
        }

        ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(_last, key, out _);
        last.At = now;
        if (!unmet.ContainsKey(key))
        {
            last.Askers++;
            _count++;
        }

        unmet[key] = now;
    }

    private bool TryMakeRoom(int announcersUnmet, DateTimeOffset now)
    {
        if (now - _forgottenAt >= patience)
        {
            _forgottenAt = now;
            Forget(now);
        }

        if (_count < maxQueries)
        {
            return true;
        }

        var most = _unmet.Values.MaxBy(static unmet => unmet.Count)!;
        if (most.Count <= announcersUnmet + 1)
        {
            return false;
        }

        foreach (var key in most.Keys.Take((most.Count + 1) / 2).ToArray())
        {
            most.Remove(key);
            Drop(key);
        }

        return true;
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (peer, unmet) in _unmet)
        {
            foreach (var (key, askedAt) in unmet)
            {
                if (now - askedAt >= Silence)
                {
                    unmet.Remove(key);
                    Drop(key);
                }
            }

            if (unmet.Count == 0)
            {
                _unmet.Remove(peer);
            }
        }
    }

    private void Drop(StateKey key)
    {
        _count--;
        ref var last = ref CollectionsMarshal.GetValueRefOrNullRef(_last, key);
        if (--last.Askers == 0)
        {
            _last.Remove(key);
        }
    }

    private struct LastQuery
    {
        public DateTimeOffset At;

        public int Askers;
    }
}

/// <summary>Whether to ask.</summary>
internal enum QueryPermit
{
    /// <summary>Ask.</summary>
    Ask,

    /// <summary>It was asked for a moment ago.</summary>
    NotYet,

    /// <summary>Too many are asked for.</summary>
    Full,
}
