using System.Diagnostics;
using System.Globalization;

namespace ActorP2P.Simulation;

/// <summary>How often each kind of message was handled, and how much real time it took with what followed it until the next one.</summary>
public sealed class StepProfile
{
    private readonly Dictionary<Type, (long Count, long Ticks)> _sums = [];
    private readonly Dictionary<(string Channel, byte Kind), (long Count, long Bytes)> _kinds = [];
    private Type? _last;
    private long _since;

    /// <summary>Begins to count.</summary>
    public void Watch(ActorSimulation simulation)
    {
        simulation.OnStep = (_, type, _) =>
        {
            var now = Stopwatch.GetTimestamp();
            if (_last is { } last)
            {
                var (count, ticks) = _sums.GetValueOrDefault(last);
                _sums[last] = (count + 1, ticks + now - _since);
            }

            (_last, _since) = (type, now);
        };
        var inner = simulation.Intercept;
        simulation.Intercept = (receiver, message, sender) =>
        {
            CountKinds(receiver, message);
            return inner is null ? message : inner(receiver, message, sender);
        };
    }

    /// <summary>The dearest kinds, one line each.</summary>
    public IEnumerable<string> Lines(int most) => _sums.OrderByDescending(pair => pair.Value.Ticks).Take(most).Select(pair => string.Create(
        CultureInfo.InvariantCulture,
        $"{pair.Value.Count,12:N0}  {Stopwatch.GetElapsedTime(0, pair.Value.Ticks).TotalSeconds,8:0.00} s  {Stopwatch.GetElapsedTime(0, pair.Value.Ticks).TotalMicroseconds / pair.Value.Count,8:0.0} us  {pair.Key.FullName}"));

    /// <summary>Messages of link state, state sync and dissemination by their first byte, one line each.</summary>
    public IEnumerable<string> KindLines() => _kinds.OrderBy(pair => pair.Key).Select(pair => string.Create(
        CultureInfo.InvariantCulture,
        $"{pair.Value.Count,12:N0}  {pair.Value.Bytes / 1024.0 / 1024,8:0.0} MiB  {(double)pair.Value.Bytes / pair.Value.Count,8:0} B  {pair.Key.Channel} {pair.Key.Kind}"));

    private void CountKinds(IActorRef receiver, object message)
    {
        switch (message)
        {
            case Topology.Received received:
                Count("topology", received.Bytes.Span);
                break;
            case Peer.Batch batch when receiver.Path.Name is "multicast" or "statesync":
                foreach (var entry in batch.Messages)
                {
                    Count(receiver.Path.Name, entry.Payload.Span);
                }

                break;
        }
    }

    private void Count(string channel, ReadOnlySpan<byte> bytes)
    {
        var key = (channel, bytes.IsEmpty ? (byte)0 : bytes[0]);
        var (count, sum) = _kinds.GetValueOrDefault(key);
        _kinds[key] = (count + 1, sum + bytes.Length);
    }
}
