using ActorP2P.Tests.Network;
using ActorP2P.Transport;

namespace ActorP2P.Tests.Flows;

/// <summary>Two nodes that dial each other at the same moment.</summary>
public sealed class SimultaneousDials
{
    private const string Chain = "chain";
    private const int Rounds = 200;
    private const int MessagesEachWay = 5;

    [Fact]
    public async Task Two_hundred_simultaneous_dials_end_in_one_link_each_and_nothing_is_lost()
    {
        var options = NetworkOptions.OnMemory;
        var (left, right) = (options.NodeOptions("a"), options.NodeOptions("b"));
        for (var round = 0; round < Rounds; round++)
        {
            // Neither dial goes out before both nodes have dialled.
            var meeting = new Meeting();
            var memory = new MemoryNetwork();
            await using var a = new TestNode(left with { Memory = memory, Peers = ["b:30300"], HoldDial = meeting.Arrive });
            await using var b = new TestNode(right with { Memory = memory, Peers = ["a:30300"], HoldDial = meeting.Arrive });
            await Task.WhenAll(a.StartAsync(), b.StartAsync());
            var (fromA, fromB) = (await Exchange.StartAsync(a, b), await Exchange.StartAsync(b, a));
            await Task.WhenAll(fromA.SendAsync(), fromB.SendAsync());

            // Both dials became connections, and of these one is left.
            await Eventually.HoldsAsync(
                () => new[] { a.Port, b.Port }.All(static port => port is { ConnectionsMade: >= 2, OpenConnections: 1 }),
                () => $"Round {round}: {a.Port.OpenConnections} and {b.Port.OpenConnections} open; {a.CountersText()}; {b.CountersText()}");
            await Task.WhenAll(fromA.SendAsync(), fromB.SendAsync());
            await Task.WhenAll(fromA.CheckAsync(), fromB.CheckAsync());
        }
    }

    /// <summary>From the moment a peer is up, everything sent to it arrives and the session stays.</summary>
    private sealed class Exchange(TestNode from, TestNode to, TestModule module, TestModule observer)
    {
        private byte _sent;

        public static async Task<Exchange> StartAsync(TestNode from, TestNode to)
        {
            var module = await to.RegisterAsync(Chain, "tx");
            var observer = from.Observe(Chain, typeof(PeerUp), typeof(PeerDown));
            await observer.Log.UntilAsync(messages => messages.Any(message =>
                message is PeerUp || (message is ObserveSnapshot snapshot && snapshot.Peers.Peers.Any(static peer => peer.Linked))));
            return new Exchange(from, to, module, observer);
        }

        public async Task SendAsync()
        {
            var outcomes = new List<Task<object>>();
            for (var message = 0; message < MessagesEachWay; message++)
            {
                outcomes.Add(from.AskAsync(new NamespaceRouter.Unicast(Chain, to.Id, "tx", new[] { _sent++ }, Confirm: true)));
            }

            Assert.All(await Task.WhenAll(outcomes), static outcome => Assert.IsType<Sent>(outcome));
        }

        public async Task CheckAsync()
        {
            await module.Log.AtLeastAsync<Delivery>(_sent);
            Assert.Equal(Enumerable.Range(0, _sent), module.Log.Deliveries.Select(static delivery => (int)delivery.Payload.Span[0]));
            Assert.Empty(observer.Log.Of<PeerDown>());
        }
    }

    /// <summary>Lets the first two dials go together, and later ones at once.</summary>
    private sealed class Meeting
    {
        private readonly Lock _gate = new();
        private readonly List<Action> _waiting = [];
        private int _arrived;

        public void Arrive(Action dial)
        {
            lock (_gate)
            {
                if (++_arrived < 2)
                {
                    _waiting.Add(dial);
                    return;
                }
            }

            foreach (var waiting in _waiting)
            {
                waiting();
            }

            dial();
        }
    }
}
