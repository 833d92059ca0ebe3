using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// Which announced versions were asked for, and of whom, so that three announcers are not asked for one
/// state at once. Who did not answer is passed over for a while: announcing and staying silent delays
/// nobody twice.
/// </summary>
internal sealed class QueryLedger(int maxQueries, TimeSpan patience)
{
    // An announcer that did not answer may be asked again after this many patiences.
    private const int SilentPatiences = 4;

    private readonly Dictionary<ulong, (StateVersion Version, NodeId Asked, DateTimeOffset At)> _asked = [];

    /// <summary>Notes the query if it may be sent now.</summary>
    internal QueryPermit TryAsk(StateVersion version, NodeId announcer, DateTimeOffset now)
    {
        if (_asked.TryGetValue(version.Reference, out var asked) && !version.IsNewsTo(asked.Version))
        {
            var wait = asked.Asked == announcer ? patience * SilentPatiences : patience;
            if (now - asked.At < wait)
            {
                return QueryPermit.NotYet;
            }
        }
        else if (_asked.Count >= maxQueries && !_asked.ContainsKey(version.Reference))
        {
            Forget(now);
            if (_asked.Count >= maxQueries)
            {
                return QueryPermit.Full;
            }
        }

        _asked[version.Reference] = (version, announcer, now);
        return QueryPermit.Ask;
    }

    internal void Answered(ulong reference) => _asked.Remove(reference);

    /// <summary>The peer's answer was cut short: what it was asked for may be asked again.</summary>
    internal void CutShort(NodeId peer)
    {
        foreach (var (reference, asked) in _asked)
        {
            if (asked.Asked == peer)
            {
                _asked.Remove(reference);
            }
        }
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (reference, asked) in _asked)
        {
            if (now - asked.At >= patience * SilentPatiences)
            {
                _asked.Remove(reference);
            }
        }
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
