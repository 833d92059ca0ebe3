using System.Diagnostics;
using System.Globalization;

namespace ActorP2P.Simulation;

/// <summary>How often each kind of message was handled, and how much real time it took with what followed it until the next one.</summary>
public sealed class StepProfile
{
    private readonly Dictionary<Type, (long Count, long Ticks)> _sums = [];
    private Type? _last;
    private long _since;

    /// <summary>Begins to count.</summary>
    public void Watch(ActorSimulation simulation) => simulation.OnStep = (_, type, _) =>
    {
        var now = Stopwatch.GetTimestamp();
        if (_last is { } last)
        {
            var (count, ticks) = _sums.GetValueOrDefault(last);
            _sums[last] = (count + 1, ticks + now - _since);
        }

        (_last, _since) = (type, now);
    };

    /// <summary>The dearest kinds, one line each.</summary>
    public IEnumerable<string> Lines(int most) => _sums.OrderByDescending(pair => pair.Value.Ticks).Take(most).Select(pair => string.Create(
        CultureInfo.InvariantCulture,
        $"{pair.Value.Count,12:N0}  {Stopwatch.GetElapsedTime(0, pair.Value.Ticks).TotalSeconds,8:0.00} s  {Stopwatch.GetElapsedTime(0, pair.Value.Ticks).TotalMicroseconds / pair.Value.Count,8:0.0} us  {pair.Key.FullName}"));
}
