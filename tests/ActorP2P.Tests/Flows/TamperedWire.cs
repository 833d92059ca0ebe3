using System.Text;
using ActorP2P.Protocol.Frames;
using ActorP2P.Tests.Network;
using ActorP2P.Tests.Shared;

namespace ActorP2P.Tests.Flows;

/// <summary>What somebody achieves who changes the records between two nodes: one link ends, with its reason, and comes back.</summary>
public sealed class TamperedWire
{
    private const string Chain = "chain";

    public enum Attack
    {
        Flip,
        Drop,
        Repeat,
        Reorder,
    }

    [Theory]
    [InlineData(Attack.Flip, "tampered")]
    [InlineData(Attack.Drop, "counter-gap")]
    [InlineData(Attack.Repeat, "counter-repeated")]
    [InlineData(Attack.Reorder, "counter-gap")]
    public Task An_attack_on_a_record_of_a_namespace_ends_the_link_with_its_reason_and_it_heals(Attack attack, string reason) =>
        AttackAsync(attack, reason, static frame => frame.Header.Session != 0);

    [Theory]
    [InlineData(Attack.Flip, "tampered")]
    [InlineData(Attack.Drop, "counter-gap")]
    [InlineData(Attack.Repeat, "counter-repeated")]
    [InlineData(Attack.Reorder, "counter-gap")]
    public Task An_attack_on_a_record_of_the_link_itself_ends_the_link_with_its_reason_and_it_heals(Attack attack, string reason) =>
        AttackAsync(attack, reason, static frame => frame.Header.Session == 0);

    private static async Task AttackAsync(Attack attack, string reason, Func<ProxiedFrame, bool> target)
    {
        var options = new NetworkOptions { Memory = null, Hocon = "liveness.beat-interval = 100ms" };
        await using var b = new TestNode(options.NodeOptions("b"));
        await b.StartAsync();
        await using var proxy = RecordingProxy.Start(b.Address, frames: true);
        await using var a = new TestNode(options.NodeOptions("a") with { Peers = [proxy.Endpoint] });
        await a.StartAsync();
        await a.LinkedToAsync(Chain, b);
        await b.LinkedToAsync(Chain, a);
        var module = await b.RegisterAsync(Chain, "tx");
        var observer = b.Observe(Chain, typeof(PeerDown), typeof(PeerUp));
        await SendAsync(a, b, "before");

        var attacker = new Attacker(attack, frame => frame is { Connection: 0, Direction: ProxyDirection.ToTarget, Header.Kind: FrameKind.Record } && target(frame));
        proxy.OnFrame = attacker.Replace;
        var number = 0;
        await Eventually.HoldsAsync(() =>
        {
            // A record that is missing shows when the next one of its lane comes.
            a.Router.Tell(new NamespaceRouter.Unicast(Chain, b.Id, "tx", Encoding.UTF8.GetBytes($"meanwhile {number++}")), ActorRefs.NoSender);
            return observer.Log.Of<PeerDown>().Count > 0;
        });
        Assert.EndsWith(reason, observer.Log.Of<PeerDown>()[0].Reason, StringComparison.Ordinal);
        Assert.True(attacker.IsDone);
        await Eventually.HoldsAsync(() => EndsFor(b, reason) == 1, b.CountersText);
        await observer.Log.FirstAsync<PeerUp>();
        await a.LinkedToAsync(Chain, b);
        await SendAsync(a, b, "after");

        // At most once and in order, also across the attack.
        await module.Log.FirstAsync<Delivery>(delivery => delivery.Payload.Span.SequenceEqual("after"u8));
        var texts = module.Log.Deliveries.Select(static delivery => Encoding.UTF8.GetString(delivery.Payload.Span)).ToList();
        Assert.Equal(texts.Distinct(), texts);
        Assert.Equal(["before", "after"], texts.Where(static text => !text.StartsWith("meanwhile", StringComparison.Ordinal)));
    }

    private static long EndsFor(TestNode node, string reason) => node.Counters.Snapshot().Values
        .Where(pair => pair.Key.StartsWith("link.ended.", StringComparison.Ordinal) && pair.Key.EndsWith(reason, StringComparison.Ordinal))
        .Sum(static pair => pair.Value);

    private static async Task SendAsync(TestNode from, TestNode to, string text) =>
        Assert.IsType<Sent>(await from.AskAsync(new NamespaceRouter.Unicast(Chain, to.Id, "tx", Encoding.UTF8.GetBytes(text), Confirm: true)));

    /// <summary>Attacks the first frame that fits; to reorder, it holds that one back behind the next of its lane.</summary>
    private sealed class Attacker(Attack attack, Func<ProxiedFrame, bool> target)
    {
        private readonly Lock _gate = new();
        private ProxiedFrame? _held;

        public bool IsDone { get; private set; }

        public IReadOnlyList<byte[]> Replace(ProxiedFrame frame)
        {
            lock (_gate)
            {
                if (IsDone || !target(frame))
                {
                    return [frame.Bytes];
                }

                return attack == Attack.Reorder ? Reorder(frame) : Change(frame);
            }
        }

        private IReadOnlyList<byte[]> Change(ProxiedFrame frame)
        {
            IsDone = true;
            return attack switch
            {
                Attack.Flip => [RecordingProxy.Flip(frame)],
                Attack.Repeat => [frame.Bytes, frame.Bytes],
                _ => [],
            };
        }

        private IReadOnlyList<byte[]> Reorder(ProxiedFrame frame)
        {
            if (_held is null)
            {
                _held = frame;
                return [];
            }

            if (frame.Header.Lane != _held.Header.Lane || frame.Header.Session != _held.Header.Session)
            {
                return [frame.Bytes];
            }

            IsDone = true;
            return [frame.Bytes, _held.Bytes];
        }
    }
}
