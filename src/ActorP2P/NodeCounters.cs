using System.Collections.Concurrent;

namespace ActorP2P;

/// <summary>
/// Named counters of one node, safe for concurrent use: every drop, refusal and end has its reason here.
/// Names are dotted, the last part being the reason, e.g. <c>link.refused.certificate-expired</c>.
/// </summary>
/// <remarks>
/// Names come from the program's own reasons, never from remote text. The table is bounded all the same:
/// what does not fit is counted under <see cref="OverflowName"/>.
/// </remarks>
public sealed class NodeCounters
{
    /// <summary>Most names that are kept apart.</summary>
    public const int MaxNames = 1024;

    /// <summary>Counts events whose name did not fit into the table.</summary>
    public const string OverflowName = "counters.overflow";

    private readonly ConcurrentDictionary<string, Cell> _cells = new(StringComparer.Ordinal);
    private readonly Cell _overflow = new();
    private int _names;

    /// <summary>Adds <paramref name="n"/> to the counter, which begins at 0.</summary>
    public void Add(string name, long n = 1) => Interlocked.Add(ref Find(name).Value, n);

    /// <summary>Sets a figure that rises and falls, as days left do.</summary>
    public void Set(string name, long value) => Interlocked.Exchange(ref Find(name).Value, value);

    /// <summary>The counter's present value; 0 for a name that was never counted.</summary>
    public long Value(string name) => _cells.TryGetValue(name, out var cell) ? Interlocked.Read(ref cell.Value) : 0;

    /// <summary>All counters at about this moment.</summary>
    public CountersSnapshot Snapshot()
    {
        var values = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, cell) in _cells)
        {
            values[name] = Interlocked.Read(ref cell.Value);
        }

        var overflow = Interlocked.Read(ref _overflow.Value);
        if (overflow != 0)
        {
            values[OverflowName] = overflow;
        }

        return new CountersSnapshot(values);
    }

    private Cell Find(string name)
    {
        if (_cells.TryGetValue(name, out var cell))
        {
            return cell;
        }

        if (Volatile.Read(ref _names) >= MaxNames)
        {
            return _overflow;
        }

        var fresh = new Cell();
        cell = _cells.GetOrAdd(name, fresh);
        if (ReferenceEquals(cell, fresh))
        {
            Interlocked.Increment(ref _names);
        }

        return cell;
    }

    private sealed class Cell
    {
        public long Value;
    }
}
