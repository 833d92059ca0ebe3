using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Routing;

/// <summary>
/// Which relays the packets to one node avoid. When acknowledgements stay away, all relays of the present way are
/// suspected and the next way shares none of them; where there is no such way, it leaves out as many as it can. Suspicion
/// ends by itself, at first after <see cref="FirstSuspicion"/>; a relay that is suspected again stays so for twice as long.
/// </summary>
/// <remarks>It blames nobody to anybody: an honest relay on the way of a dishonest one loses some of our traffic for a while.</remarks>
public sealed class DetourPlan
{
    /// <summary>How long a relay is avoided at first; our guess: long against a reroute, short against a repair.</summary>
    public static readonly TimeSpan FirstSuspicion = TimeSpan.FromMinutes(1);

    /// <summary>Longest suspicion.</summary>
    public static readonly TimeSpan LongestSuspicion = TimeSpan.FromMinutes(16);

    private readonly Dictionary<ulong, Suspicion> _suspicions = [];
    private readonly RouteTable _table;
    private readonly NodeId _destination;
    private AvoidedNodes _avoided = AvoidedNodes.None;
    private IReadOnlyList<NodeId>? _relays;

    /// <summary>Suspects nobody.</summary>
    /// <param name="table">The node's routes.</param>
    /// <param name="destination">Where the packets go.</param>
    public DetourPlan(RouteTable table, NodeId destination)
    {
        _table = table;
        _destination = destination;
        _relays = table.Relays(destination, _avoided);
    }

    /// <summary>Whom packets avoid now.</summary>
    public AvoidedNodes Avoided => _avoided;

    /// <summary>The relays of the present way; null when there is no way.</summary>
    public IReadOnlyList<NodeId>? Relays => _relays;

    /// <summary>Ways that were left since the last acknowledgement.</summary>
    public int Failures { get; private set; }

    /// <summary>Links changed, or time went by. True when packets take another way from now on, or have one again.</summary>
    public bool Refresh(DateTimeOffset now)
    {
        Expire(now);
        var before = _relays;
        Choose();
        return _relays is not null && (before is null || !before.SequenceEqual(_relays));
    }

    /// <summary>Nothing came back by the present way: it is left for another one.</summary>
    /// <returns>True when there is another one.</returns>
    public bool Suspect(DateTimeOffset now)
    {
        Failures++;
        Expire(now);
        var left = _relays;
        foreach (var relay in left ?? [])
        {
            var length = _suspicions.TryGetValue(relay.Reference, out var known) ? known.Length * 2 : FirstSuspicion;
            length = length < LongestSuspicion ? length : LongestSuspicion;
            _suspicions[relay.Reference] = new Suspicion(now, now + length, length);
        }

        Choose();
        return _relays is not null && (left is null || !left.SequenceEqual(_relays));
    }

    /// <summary>The far side answers by the present way.</summary>
    public void Acknowledged() => Failures = 0;

    private void Expire(DateTimeOffset now)
    {
        // What has ended is remembered for as long again, so that a second offence is known as one.
        foreach (var (reference, suspicion) in _suspicions.ToArray())
        {
            if (suspicion.Until + suspicion.Length <= now)
            {
                _suspicions.Remove(reference);
            }
            else if (suspicion.Until <= now)
            {
                _suspicions[reference] = suspicion with { IsOver = true };
            }
        }
    }

    // The latest suspicions count most. Each is kept that leaves a way: a relay that all ways share cannot be avoided.
    private void Choose()
    {
        var kept = new List<ulong>();
        foreach (var (reference, _) in _suspicions.Where(static pair => !pair.Value.IsOver).OrderByDescending(static pair => pair.Value.Since))
        {
            kept.Add(reference);
            if (kept.Count > AvoidedNodes.MaxCount || !TryUse(kept))
            {
                kept.RemoveAt(kept.Count - 1);
            }
        }

        TryUse(kept);
    }

    private bool TryUse(List<ulong> references)
    {
        _avoided = AvoidedNodes.Of(references);
        _relays = _table.Relays(_destination, _avoided);
        return _relays is not null;
    }

    private readonly record struct Suspicion(DateTimeOffset Since, DateTimeOffset Until, TimeSpan Length)
    {
        public bool IsOver { get; init; }
    }
}
