using System.Buffers.Binary;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Tests.Network;

/// <summary>
/// Confirmed unicasts from each node to each other one, one after the other, and broadcasts beside them. Everybody is
/// addressed by the ID it had at the start: who knows of a new one would not show that the former one still works.
/// </summary>
internal sealed class ConfirmedTraffic
{
    private readonly TestNetwork _network;
    private readonly string _namespace;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<(int From, int To), int> _sent = [];
    private readonly int[] _broadcasts;
    private readonly NodeId[] _ids;
    private IReadOnlyList<TestModule> _modules = [];
    private readonly List<Task> _senders = [];

    private ConfirmedTraffic(TestNetwork network, string @namespace)
    {
        _network = network;
        _namespace = @namespace;
        _ids = [.. network.Nodes.Select(static node => node.Id)];
        _broadcasts = new int[_ids.Length];
    }

    public static async Task<ConfirmedTraffic> StartAsync(TestNetwork network, string @namespace)
    {
        var traffic = new ConfirmedTraffic(network, @namespace);
        traffic._modules = await network.RegisterAllAsync(@namespace, "count");
        foreach (var node in network.Nodes)
        {
            await node.RegisterAsync(@namespace, "all", traffic._modules[traffic.IndexOf(node)]);
        }

        foreach (var from in Enumerable.Range(0, traffic._ids.Length))
        {
            traffic._senders.AddRange(Enumerable.Range(0, traffic._ids.Length).Where(to => to != from).Select(to => traffic.SendAsync(from, to)));
            traffic._senders.Add(traffic.BroadcastAsync(from));
        }

        return traffic;
    }

    /// <summary>Waits until each pair has exchanged so many more.</summary>
    public async Task EachSendsAsync(int count)
    {
        var goals = Snapshot().ToDictionary(static pair => pair.Key, pair => pair.Value + count);
        await Eventually.HoldsAsync(
            () =>
            {
                Assert.All(_senders, static sender => Assert.False(sender.IsFaulted, sender.Exception?.ToString()));
                var now = Snapshot();
                return goals.All(goal => now[goal.Key] >= goal.Value);
            },
            () => string.Join(", ", Snapshot()) + Environment.NewLine + _network.CountersText());
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_senders);
    }

    /// <summary>Waits until all is there, and asserts that nothing is there twice or out of order.</summary>
    public async Task AllArrivedAsync()
    {
        for (var to = 0; to < _ids.Length; to++)
        {
            var expected = Snapshot().Where(pair => pair.Key.To == to).Sum(static pair => pair.Value) + _broadcasts.Where((_, from) => from != to).Sum();
            var log = _modules[to].Log;
            await Eventually.HoldsAsync(() => log.Deliveries.Count >= expected, () => $"{log.Deliveries.Count} of {expected} at {to}: {string.Join(", ", Snapshot())} {string.Join(", ", _broadcasts)}" + Environment.NewLine + _network.CountersText());
            for (var from = 0; from < _ids.Length; from++)
            {
                if (from != to)
                {
                    Assert.Equal(Enumerable.Range(0, Snapshot()[(from, to)]), Numbers(log, "count", from));
                    Assert.Equal(Enumerable.Range(0, _broadcasts[from]), Numbers(log, "all", from).Order());
                }
            }
        }
    }

    private static IEnumerable<int> Numbers(MessageLog log, string type, int from) => log.Deliveries
        .Where(delivery => delivery.Type == type && delivery.Payload.Span[0] == from)
        .Select(static delivery => BinaryPrimitives.ReadInt32LittleEndian(delivery.Payload.Span[1..]));

    private static byte[] Payload(int from, int number)
    {
        var payload = new byte[1 + sizeof(int)];
        payload[0] = (byte)from;
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(1), number);
        return payload;
    }

    private int IndexOf(TestNode node) => Enumerable.Range(0, _ids.Length).First(index => _network[index] == node);

    private Dictionary<(int From, int To), int> Snapshot()
    {
        lock (_sent)
        {
            return new Dictionary<(int, int), int>(_sent);
        }
    }

    private async Task SendAsync(int from, int to)
    {
        lock (_sent)
        {
            _sent[(from, to)] = 0;
        }

        for (var number = 0; !_stop.IsCancellationRequested; number++)
        {
            await _network[from].AskAsync<Sent>(new NamespaceRouter.Unicast(_namespace, _ids[to], "count", Payload(from, number), Confirm: true));
            lock (_sent)
            {
                _sent[(from, to)] = number + 1;
            }
        }
    }

    private async Task BroadcastAsync(int from)
    {
        while (!_stop.IsCancellationRequested)
        {
            if (await _network[from].AskAsync(new NamespaceRouter.Broadcast(_namespace, "all", Payload(from, _broadcasts[from]))) is Published)
            {
                _broadcasts[from]++;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
    }
}
