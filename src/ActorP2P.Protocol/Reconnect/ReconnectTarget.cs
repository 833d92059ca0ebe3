using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Reconnect;

/// <summary>Where a target stands.</summary>
internal enum TargetPhase
{
    /// <summary>To be dialled at <see cref="ReconnectTarget.DueAt"/>.</summary>
    Waiting,

    /// <summary>A round: dials or their handshakes are under way, or the next address is due.</summary>
    Dialling,

    /// <summary>Its node is linked, whoever dialled.</summary>
    Up,
}

/// <summary>One member to stay linked to, with its addresses.</summary>
internal sealed class ReconnectTarget(IReadOnlyList<string> addresses, NodeId? expected, bool isDiscovered)
{
    private readonly Dictionary<string, DateTimeOffset> _inFlight = new(StringComparer.OrdinalIgnoreCase);
    private int _nextAddress;
    private bool _isAnnouncedNext;

    internal IReadOnlyList<string> Addresses { get; set; } = addresses;

    internal NodeId? Expected { get; set; } = expected;

    /// <summary>Who may answer in its place: it said that it changes its key, and nobody has proven that it did. Dials take turns.</summary>
    internal NodeId? Announced { get; set; }

    /// <summary>Who is to answer the next dial.</summary>
    internal NodeId? TakeExpected()
    {
        if (Announced is not { } next)
        {
            return Expected;
        }

        _isAnnouncedNext = !_isAnnouncedNext;
        return _isAnnouncedNext ? next : Expected;
    }

    internal bool IsDiscovered { get; } = isDiscovered;

    /// <summary>Who is known to answer there: expected, or proven by a handshake.</summary>
    internal NodeId? Node { get; set; } = expected;

    internal TargetPhase Phase { get; set; }

    /// <summary>When its round, or the next address of its round, is due.</summary>
    internal DateTimeOffset DueAt { get; set; }

    internal DateTimeOffset UpSince { get; set; }

    internal TimeSpan LastDelay { get; set; }

    /// <summary>Attempts in a row that failed because one of the two does not trust the other.</summary>
    internal int Refusals { get; set; }

    internal int DialsInFlight => _inFlight.Count;

    internal bool HasUntried => _nextAddress < Addresses.Count;

    /// <summary>The address whose turn it is; there is one while <see cref="HasUntried"/>.</summary>
    internal string NextAddress => Addresses[_nextAddress];

    /// <summary>When the oldest dial that nobody reported on counts as failed.</summary>
    internal DateTimeOffset GiveUpAt => _inFlight.Count == 0 ? DateTimeOffset.MaxValue : _inFlight.Values.Min();

    internal void BeginRound()
    {
        _nextAddress = 0;
        Phase = TargetPhase.Dialling;
    }

    internal string TakeAddress(DateTimeOffset giveUpAt)
    {
        var address = Addresses[_nextAddress++];
        _inFlight[address] = giveUpAt;
        return address;
    }

    internal bool IsDialling(string address) => _inFlight.ContainsKey(address);

    internal void EndDial(string address) => _inFlight.Remove(address);

    internal bool EndDialsGivenUp(DateTimeOffset now)
    {
        var before = _inFlight.Count;
        foreach (var (address, giveUpAt) in _inFlight)
        {
            if (giveUpAt <= now)
            {
                _inFlight.Remove(address);
            }
        }

        return _inFlight.Count < before;
    }

    internal void FollowClockBack(TimeSpan back)
    {
        DueAt = Earlier(DueAt, back);
        UpSince = Earlier(UpSince, back);
        foreach (var address in _inFlight.Keys.ToArray())
        {
            _inFlight[address] = Earlier(_inFlight[address], back);
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset time, TimeSpan back) =>
        time - DateTimeOffset.MinValue > back ? time - back : DateTimeOffset.MinValue;

    internal void EndRound(TargetPhase phase)
    {
        _inFlight.Clear();
        Phase = phase;
    }
}
