namespace ActorP2P.Simulation;

/// <summary>One broadcast at all nodes, each in its present life.</summary>
internal sealed class LedgerPage(int origin, TimeSpan publishedAt, int nodes)
{
    public int Origin => origin;

    public TimeSpan PublishedAt => publishedAt;

    /// <summary>Hops from the origin at the first copy; 0 where none came.</summary>
    public byte[] Depth { get; } = new byte[nodes];

    /// <summary>When the module was given it; negative where it was not.</summary>
    public TimeSpan[] DeliveredAt { get; } = [.. Enumerable.Repeat(TimeSpan.MinValue, nodes)];

    public bool IsAt(int node) => DeliveredAt[node] >= TimeSpan.Zero;

    public void Forget(int node)
    {
        Depth[node] = 0;
        DeliveredAt[node] = TimeSpan.MinValue;
    }
}

/// <summary>
/// Who has which broadcast, how it came there and how often: what the report counts, and the judge of "at most once"
/// and "from whom it says".
/// </summary>
public sealed class MessageLedger(SimulationOptions options, Func<TimeSpan> now, Action<string> violated)
{
    private const int HistogramMs = 120_000;

    private readonly Dictionary<(int Origin, int Number), LedgerPage> _pages = [];
    private readonly int[] _latencyMs = new int[HistogramMs + 1];

    /// <summary>Broadcasts that a module was given again in one life.</summary>
    public int Duplicates { get; private set; }

    /// <summary>First deliveries of all lives, those of the dead included.</summary>
    public long Deliveries { get; private set; }

    /// <summary>Payload copies that reached a node, lost ones included.</summary>
    public long Copies { get; private set; }

    /// <summary>Payload bytes of those copies.</summary>
    public long CopyBytes { get; private set; }

    /// <summary>Payload bytes of first deliveries.</summary>
    public long NeededBytes { get; private set; }

    /// <summary>Longest way of a first copy, in links.</summary>
    public int Depth { get; private set; }

    /// <summary>The slowest first delivery, in words; empty when there was none.</summary>
    public string Slowest { get; private set; } = "";

    /// <summary>How long it took, in milliseconds.</summary>
    public int SlowestMs { get; private set; }

    /// <summary>Called after each first delivery, with the bytes of all payload copies so far.</summary>
    public Action<long> OnDelivery { get; set; } = static _ => { };

    /// <summary>Broadcasts that were published.</summary>
    public int Published => _pages.Count;

    internal IEnumerable<LedgerPage> Pages => _pages.Values;

    /// <summary>A node broadcasts.</summary>
    public void Publish(BroadcastPayload payload)
    {
        var page = new LedgerPage(payload.Origin, payload.PublishedAt, options.Nodes);
        page.DeliveredAt[payload.Origin] = now();
        _pages[(payload.Origin, payload.Number)] = page;
    }

    /// <summary>A copy came over a link, before anything judged it.</summary>
    public void Arrived(int receiver, int from, ReadOnlySpan<byte> payload)
    {
        Copies++;
        CopyBytes += payload.Length;
        if (!BroadcastPayload.TryRead(options.Seed, payload, out var read) || !_pages.TryGetValue((read.Origin, read.Number), out var page))
        {
            return;
        }

        if (page.Depth[receiver] == 0)
        {
            page.Depth[receiver] = (byte)Math.Min(page.Depth[from] + 1, byte.MaxValue);
        }
    }

    /// <summary>Part of a large broadcast came; the way of parts is not followed, their bytes count.</summary>
    public void ChunkArrived(int bytes) => CopyBytes += bytes;

    /// <summary>A module was given a broadcast.</summary>
    /// <param name="receiver">Its node.</param>
    /// <param name="origin">Number of the node that it is said to come from.</param>
    /// <param name="isLiar">True when that node lies: it may sign what it likes.</param>
    /// <param name="payload">The payload.</param>
    public void Delivered(int receiver, int origin, bool isLiar, ReadOnlySpan<byte> payload)
    {
        if (!BroadcastPayload.TryReadWhole(options.Seed, payload, out var read))
        {
            if (!isLiar)
            {
                violated($"node {receiver} was given a broadcast that node {origin} never sent");
            }

            return;
        }

        if (read.Origin != origin || !_pages.TryGetValue((read.Origin, read.Number), out var page))
        {
            if (!isLiar)
            {
                violated($"node {receiver} was given a broadcast of node {read.Origin} as one of node {origin}");
            }

            return;
        }

        if (page.IsAt(receiver))
        {
            Duplicates++;
            violated($"node {receiver} was given broadcast {read.Number} of node {origin} twice");
            return;
        }

        var at = now();
        page.DeliveredAt[receiver] = at;
        Deliveries++;
        NeededBytes += payload.Length;
        Depth = Math.Max(Depth, page.Depth[receiver]);
        _latencyMs[(int)Math.Min((at - page.PublishedAt).TotalMilliseconds, HistogramMs)]++;
        if ((at - page.PublishedAt).TotalMilliseconds > SlowestMs)
        {
            SlowestMs = (int)(at - page.PublishedAt).TotalMilliseconds;
            Slowest = FormattableString.Invariant($"broadcast {read.Number} of node {read.Origin} of {page.PublishedAt.TotalSeconds:0.000} s reached node {receiver} at {at.TotalSeconds:0.000} s");
        }

        OnDelivery(CopyBytes);
    }

    /// <summary>A node's life ended: what it had is gone.</summary>
    public void Forget(int node)
    {
        foreach (var page in _pages.Values)
        {
            page.Forget(node);
        }
    }

    /// <summary>Latency of deliveries, in milliseconds; 0 when there was none.</summary>
    public int LatencyMs(double quantile)
    {
        var rest = (long)Math.Ceiling(_latencyMs.Sum(count => (long)count) * quantile);
        for (var ms = 0; ms <= HistogramMs; ms++)
        {
            rest -= _latencyMs[ms];
            if (rest <= 0)
            {
                return ms;
            }
        }

        return HistogramMs;
    }
}
