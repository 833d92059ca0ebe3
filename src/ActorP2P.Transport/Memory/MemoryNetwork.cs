using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace ActorP2P.Transport;

/// <summary>One frame on its way, as a <see cref="MemoryNetwork.Tamper"/> hook sees it.</summary>
/// <param name="From">The sender's host.</param>
/// <param name="To">The receiver's host.</param>
/// <param name="Index">Its place among all frames of this connection and direction, from 0.</param>
/// <param name="Bytes">Header and body.</param>
public readonly record struct MemoryFrame(string From, string To, long Index, ReadOnlyMemory<byte> Bytes);

/// <summary>What one host has written to another.</summary>
/// <param name="Bytes">Frame bytes.</param>
/// <param name="Frames">Frames.</param>
/// <param name="Writes">Calls of <see cref="ITransportConnection.Write"/>.</param>
public readonly record struct MemoryTraffic(long Bytes, long Frames, long Writes);

/// <summary>
/// A network inside one process: named hosts, connections that lose and reorder nothing, as TCP's do, and faults on
/// demand. Everything happens in one order: on the thread and clock of the scheduler that it is given, so that a
/// simulated run repeats exactly, or on a serial queue of the thread pool.
/// </summary>
public sealed class MemoryNetwork
{
    private readonly Action<TimeSpan, Action> _schedule;
    private readonly SerialQueue? _queue;
    private readonly bool _simulateTls;
    private readonly Dictionary<string, MemoryTransportPort> _ports = new(StringComparer.Ordinal);
    private readonly HashSet<string> _silentHosts = new(StringComparer.Ordinal);
    private readonly HashSet<(string From, string To)> _cuts = [];
    private readonly SortedDictionary<long, MemoryConnection> _ends = [];
    private readonly ConcurrentDictionary<(string From, string To), TrafficCount> _traffic = [];
    private long _lastId;

    /// <summary>A network without hosts.</summary>
    /// <param name="schedule">
    /// Runs an action after a delay, all on one thread, which is also the only one that may call this network; equal
    /// times may run in any order that the scheduler likes. Null: real time and the thread pool.
    /// </param>
    /// <param name="simulateTls">True gives every connection a <see cref="TlsBinding"/> as mutual TLS would.</param>
    public MemoryNetwork(Action<TimeSpan, Action>? schedule = null, bool simulateTls = false)
    {
        _simulateTls = simulateTls;
        if (schedule is null)
        {
            _queue = new SerialQueue(TimeProvider.System);
            schedule = _queue.Post;
        }

        _schedule = schedule;
    }

    /// <summary>Delay of a write, from sender, receiver and bytes (0 for connecting and closing). Null: none.</summary>
    public Func<string, string, int, TimeSpan>? Delay { get; set; }

    /// <summary>
    /// What arrives in place of a frame: itself, nothing (dropped), another (flipped), more (repeated), or an earlier
    /// one that the hook kept (reordered). Null: itself.
    /// </summary>
    public Func<MemoryFrame, IReadOnlyList<ReadOnlyMemory<byte>>>? Tamper { get; set; }

    /// <summary>Sees every frame that is written, before <see cref="Tamper"/> and on the writer's thread. Null: nobody looks.</summary>
    public Action<MemoryFrame>? Observe { get; set; }

    /// <summary>True when a dial from the first host to the second is refused. Null: none is.</summary>
    public Func<string, string, bool>? RefuseDial { get; set; }

    /// <summary>Bytes that one direction of a connection holds before a write has to wait, as socket buffers do.</summary>
    public int PipeCapacityBytes { get; init; } = 256 * 1024;

    /// <summary>Makes the port of a host, as a process start does. The name stands in addresses: <c>name:port</c>.</summary>
    /// <exception cref="InvalidOperationException">The host has a live port.</exception>
    public MemoryTransportPort CreatePort(string host)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        var port = new MemoryTransportPort(this, host);
        lock (_ports)
        {
            if (!_ports.TryAdd(host, port))
            {
                throw new InvalidOperationException($"The host '{host}' has a port already.");
            }

            _silentHosts.Remove(host);
        }

        return port;
    }

    /// <summary>Holds back whatever two hosts send each other, and lets their dials time out, until they are healed.</summary>
    public void Partition(string hostA, string hostB) => Enter(() =>
    {
        _cuts.Add((hostA, hostB));
        _cuts.Add((hostB, hostA));
    });

    /// <summary>Holds back what the first host sends the second, and nothing of the other direction: half a partition, as a broken route makes it.</summary>
    public void Cut(string from, string to) => Enter(() => _cuts.Add((from, to)));

    /// <summary>Ends a partition; what was held back arrives.</summary>
    public void Heal(string hostA, string hostB) => Enter(() =>
    {
        _cuts.Remove((hostA, hostB));
        _cuts.Remove((hostB, hostA));
        PumpAll(hostA, hostB);
    });

    /// <summary>Ends all partitions.</summary>
    public void HealAll() => Enter(() =>
    {
        _cuts.Clear();
        PumpAll(null, null);
    });

    /// <summary>
    /// Ends a host's process: none of its sinks is called again, and the name is free for a new port. Its connections
    /// are reset as a kernel does it, or fall silent as when the machine loses power.
    /// </summary>
    public void Kill(string host, bool silent = false)
    {
        MemoryTransportPort? port;
        lock (_ports)
        {
            _ports.Remove(host, out port);
            if (silent)
            {
                _silentHosts.Add(host);
            }
        }

        port?.Die();
        Enter(() =>
        {
            foreach (var end in _ends.Values.Where(end => ReferenceEquals(end.Owner, port)).ToArray())
            {
                end.Die(silent);
            }
        });
    }

    /// <summary>Resets every connection between two hosts.</summary>
    public void Reset(string hostA, string hostB) => Enter(() =>
    {
        foreach (var end in _ends.Values.Where(end => IsBetween(end, hostA, hostB)).ToArray())
        {
            end.End(MemoryConnection.ConnectionReset, tellRemote: false);
        }
    });

    /// <summary>What the first host has written to the second so far.</summary>
    public MemoryTraffic TrafficFrom(string from, string to) => _traffic.TryGetValue((from, to), out var count) ? count.Value : default;

    /// <summary>What all hosts have written so far.</summary>
    public MemoryTraffic TotalTraffic() => _traffic.Values.Select(count => count.Value).Aggregate(
        default(MemoryTraffic), (sum, one) => new MemoryTraffic(sum.Bytes + one.Bytes, sum.Frames + one.Frames, sum.Writes + one.Writes));

    /// <summary>
    /// Carries out a command: at once under a given scheduler, whose one thread is calling; in turn otherwise.
    /// Commands change state and schedule events, and only events call sinks, so a command inside a sink is harmless.
    /// </summary>
    internal void Enter(Action command)
    {
        if (_queue is null)
        {
            command();
        }
        else
        {
            _queue.Post(TimeSpan.Zero, command);
        }
    }

    internal void Schedule(TimeSpan delay, Action action) => _schedule(delay, action);

    internal Task DrainAsync() => _queue is null ? Task.CompletedTask : _queue.DrainAsync();

    internal TimeSpan DelayOf(string from, string to, int bytes) => Delay?.Invoke(from, to, bytes) ?? TimeSpan.Zero;

    /// <summary>True while nothing of the first host arrives at the second.</summary>
    internal bool IsCut(string from, string to) => _cuts.Count > 0 && _cuts.Contains((from, to));

    internal bool IsSilent(string host)
    {
        lock (_ports)
        {
            return _silentHosts.Contains(host);
        }
    }

    internal MemoryTransportPort? FindPort(string host)
    {
        lock (_ports)
        {
            return _ports.GetValueOrDefault(host);
        }
    }

    internal void Forget(MemoryTransportPort port)
    {
        lock (_ports)
        {
            if (_ports.TryGetValue(port.Host, out var current) && ReferenceEquals(current, port))
            {
                _ports.Remove(port.Host);
            }
        }
    }

    internal IReadOnlyList<MemoryConnection> EndsOf(MemoryTransportPort port) =>
        [.. _ends.Values.Where(end => ReferenceEquals(end.Owner, port))];

    internal void Forget(MemoryConnection end) => _ends.Remove(end.Id);

    /// <summary>Makes the two ends of a connection.</summary>
    internal (MemoryConnection Dialler, MemoryConnection Acceptor) Join(MemoryTransportPort dialler, MemoryTransportPort acceptor, int port)
    {
        var number = _lastId;
        var dialling = new MemoryConnection(++_lastId, this, dialler, acceptor.Host, port, BindingOf(number, dialler.Host, acceptor.Host));
        var accepting = new MemoryConnection(++_lastId, this, acceptor, dialler.Host, (int)(49152 + (number % 16384)), BindingOf(number, acceptor.Host, dialler.Host));
        dialling.Remote = accepting;
        accepting.Remote = dialling;
        _ends.Add(dialling.Id, dialling);
        _ends.Add(accepting.Id, accepting);
        return (dialling, accepting);
    }

    internal TrafficCount CountOf(string from, string to) => _traffic.GetOrAdd((from, to), static _ => new TrafficCount());

    private TlsBinding? BindingOf(long number, string local, string remote) => _simulateTls
        ? new TlsBinding(Hash($"binding {number}"), Hash($"key of {local}"), Hash($"key of {remote}"))
        : null;

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    // Null for all ends.
    private void PumpAll(string? hostA, string? hostB)
    {
        foreach (var end in _ends.Values.Where(end => hostA is null || IsBetween(end, hostA, hostB!)).ToArray())
        {
            end.Pump();
        }
    }

    private static bool IsBetween(MemoryConnection end, string hostA, string hostB) =>
        (end.LocalHost == hostA && end.RemoteHost == hostB) || (end.LocalHost == hostB && end.RemoteHost == hostA);

    /// <summary>What one host has written to another, over all connections between them.</summary>
    internal sealed class TrafficCount
    {
        private readonly Lock _gate = new();
        private MemoryTraffic _sum;

        public MemoryTraffic Value
        {
            get
            {
                lock (_gate)
                {
                    return _sum;
                }
            }
        }

        public void Add(long bytes, int frames)
        {
            lock (_gate)
            {
                _sum = new MemoryTraffic(_sum.Bytes + bytes, _sum.Frames + frames, _sum.Writes + 1);
            }
        }
    }
}
