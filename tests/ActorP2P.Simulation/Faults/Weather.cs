namespace ActorP2P.Simulation;

/// <summary>How long a write takes from one host to another: delay, jitter, and slow links that send one thing after another.</summary>
public sealed class Weather
{
    private const double SlowBytesPerSecond = 1024 * 1024;

    private readonly FaultPlan _plan;
    private readonly ActorSimulation _simulation;
    private readonly Random _random;
    private readonly Dictionary<(string From, string To), TimeSpan> _freeAt = [];
    private readonly int _seed;

    internal Weather(SimulationOptions options, ActorSimulation simulation)
    {
        _plan = options.Faults;
        _seed = options.Seed;
        _simulation = simulation;

        // A stream of its own, so that weather does not change who is killed.
        _random = new Random(options.Seed ^ 0x5EA);
    }

    /// <summary>Delay of a write. Up to five per cent beyond the plan's, for no two ways are the same.</summary>
    public TimeSpan DelayOf(string from, string to, int bytes)
    {
        var delay = (_plan.Delay * (1 + (_random.NextDouble() / 20))) + (_plan.Jitter > TimeSpan.Zero ? _plan.Jitter * _random.NextDouble() : TimeSpan.Zero);
        if (_plan.Slow == 0 || bytes == 0 || !IsSlow(from, to))
        {
            return delay;
        }

        var now = _simulation.Elapsed;
        var start = _freeAt.TryGetValue((from, to), out var free) && free > now ? free : now;
        _freeAt[(from, to)] = start + TimeSpan.FromSeconds(bytes / SlowBytesPerSecond);
        return _freeAt[(from, to)] - now + delay;
    }

    private bool IsSlow(string from, string to)
    {
        var (low, high) = string.CompareOrdinal(from, to) < 0 ? (from, to) : (to, from);
        var hash = (ulong)(uint)_seed;
        foreach (var letter in low + high)
        {
            hash = (hash ^ letter) * 1099511628211UL;
        }

        return (hash >> 40) < _plan.Slow * (1 << 24);
    }
}
