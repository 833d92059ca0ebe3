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

    private readonly Dictionary<NodeId, Dictionary<ulong, DateTimeOffset>> _unmet = [];
    private readonly Dictionary<ulong, LastQuery> _last = [];
    private int _count;
    private DateTimeOffset _forgottenAt;

    private TimeSpan Silence => patience * SilentPatiences;

    /// <summary>Notes the query if it may be sent now.</summary>
    internal QueryPermit TryAsk(ulong reference, NodeId announcer, DateTimeOffset now)
    {
        var isNoted = _unmet.TryGetValue(announcer, out var unmet) && unmet.TryGetValue(reference, out var askedAt) && now - askedAt < Silence;
        if (isNoted || (_last.TryGetValue(reference, out var last) && now - last.At < patience / AskersPerPatience))
        {
            return QueryPermit.NotYet;
        }

        if (_count >= maxQueries && !TryMakeRoom(unmet?.Count ?? 0, now))
        {
            return QueryPermit.Full;
        }

        Note(reference, announcer, now);
        return QueryPermit.Ask;
    }

    /// <summary>A state of this owner that was news has come, from whomever.</summary>
    internal void Answered(ulong reference)
    {
        if (!_last.Remove(reference, out var last))
        {
            return;
        }

        foreach (var unmet in _unmet.Values)
        {
            if (unmet.Remove(reference))
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
            foreach (var reference in unmet.Keys)
            {
                Drop(reference);
            }
        }
    }

    private void Note(ulong reference, NodeId announcer, DateTimeOffset now)
    {
        if (!_unmet.TryGetValue(announcer, out var unmet))
        {
            _unmet[announcer] = unmet = [];
        }

        ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(_last, reference, out _);
        last.At = now;
        if (!unmet.ContainsKey(reference))
        {
            last.Askers++;
            _count++;
        }

        unmet[reference] = now;
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

        foreach (var reference in most.Keys.Take((most.Count + 1) / 2).ToArray())
        {
            most.Remove(reference);
            Drop(reference);
        }

        return true;
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (peer, unmet) in _unmet)
        {
            foreach (var (reference, askedAt) in unmet)
            {
                if (now - askedAt >= Silence)
                {
                    unmet.Remove(reference);
                    Drop(reference);
                }
            }

            if (unmet.Count == 0)
            {
                _unmet.Remove(peer);
            }
        }
    }

    private void Drop(ulong reference)
    {
        _count--;
        ref var last = ref CollectionsMarshal.GetValueRefOrNullRef(_last, reference);
        if (--last.Askers == 0)
        {
            _last.Remove(reference);
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
