using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Links;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Links;

/// <summary>Both ends of a pair with connections between them: every message takes a random time, in order on each connection.</summary>
internal sealed class LinkPair
{
    private readonly VirtualTime _time = new();
    private readonly Random _random;
    private readonly NodeId[] _ids;
    private readonly LinkTable[] _tables;
    private readonly HashSet<long>[] _open = [[], []];
    private readonly HashSet<long> _broken = [];
    private readonly Dictionary<(int To, long Link), DateTimeOffset> _lastArrival = [];
    private readonly long?[] _up = new long?[2];
    private long _nextLink = 1;

    public LinkPair(Random random)
    {
        _random = random;
        _ids = [SimulatedCurve.IdOf(1), SimulatedCurve.IdOf(2)];
        _tables = [new LinkTable(_ids[0], TimeSpan.FromSeconds(2)), new LinkTable(_ids[1], TimeSpan.FromSeconds(2))];
    }

    /// <summary>One connection from each side; each end completes its handshake at its own time.</summary>
    public void DialFromBoth()
    {
        for (var i = 0; i < 2; i++)
        {
            var link = _nextLink++;
            for (var end = 0; end < 2; end++)
            {
                var side = end;
                _open[side].Add(link);
                Deliver(side, link, (table, effects) => table.HandshakeDone(link, _ids[1 - side], 1, _time.Now, effects));
            }
        }
    }

    /// <summary>The confirmed connection dies; only the second end notices.</summary>
    public void BreakSilently()
    {
        var link = _up[1]!.Value;
        _broken.Add(link);
        _open[1].Remove(link);
        Act(1, (table, effects) => table.LinkClosed(link, _time.Now, effects));
    }

    public void RunFor(TimeSpan duration) => _time.RunFor(duration);

    public void AssertOneLink(int seed)
    {
        Assert.True(_up[0] is not null && _up[0] == _up[1], $"seed {seed}: {_up[0]} and {_up[1]}");
        Assert.True(_open[0].SetEquals([_up[0]!.Value]) && _open[1].SetEquals([_up[0]!.Value]), $"seed {seed}: links left over");
    }

    private void Deliver(int side, long link, Action<LinkTable, List<LinkEffect>> input)
    {
        var at = _time.Now + TimeSpan.FromMilliseconds(_random.Next(1, 50));
        if (_lastArrival.TryGetValue((side, link), out var last) && at <= last)
        {
            at = last + TimeSpan.FromTicks(1);
        }

        _lastArrival[(side, link)] = at;
        _time.After(at - _time.Now, () =>
        {
            if (_open[side].Contains(link) && !_broken.Contains(link))
            {
                Act(side, input);
            }
        });
    }

    private void Act(int side, Action<LinkTable, List<LinkEffect>> input)
    {
        var effects = new List<LinkEffect>();
        input(_tables[side], effects);
        foreach (var effect in effects)
        {
            Perform(side, effect);
        }
    }

    private void Perform(int side, LinkEffect effect)
    {
        var far = 1 - side;
        switch (effect)
        {
            case LinkEffect.Confirm confirm:
                Deliver(far, confirm.LinkId, (table, effects) => table.Confirmed(confirm.LinkId, _time.Now, effects));
                break;
            case LinkEffect.ProbeOld probe:
                Deliver(far, probe.LinkId, (_, _) => Deliver(side, probe.LinkId, (table, effects) => table.ProbeAnswered(probe.LinkId, _time.Now, effects)));
                break;
            case LinkEffect.CloseLink close:
                _open[side].Remove(close.LinkId);
                Deliver(far, close.LinkId, (table, effects) =>
                {
                    _open[far].Remove(close.LinkId);
                    table.LinkClosed(close.LinkId, _time.Now, effects);
                });
                break;
            case LinkEffect.Up up:
                _up[side] = up.LinkId;
                break;
            case LinkEffect.Down down:
                _up[side] = _up[side] == down.LinkId ? null : _up[side];
                break;
            case LinkEffect.Schedule schedule:
                _time.After(schedule.Delay, () => Act(side, (table, effects) => table.HandleTimer(schedule.Token, _time.Now, effects)));
                break;
        }
    }
}
