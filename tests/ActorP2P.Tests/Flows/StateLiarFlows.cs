using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>A member with a genuine certificate that lies about states, its own and those of others, on real sockets.</summary>
public sealed class StateLiarFlows
{
    private const string Chain = "chain";
    private const string NetworkId = "test-network";
    private const ulong FarSeq = 1UL << 50;

    [Fact]
    public async Task A_state_in_the_name_of_another_is_dropped_and_the_true_one_stays_in_force()
    {
        await using var network = await TestNetwork.FullAsync(4, NetworkOptions.OnTcp);
        await network.AllReachAllAsync(Chain);
        var (liar, victim, receiver) = (network[0], network[1], network[2]);
        await victim.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "height", "12"u8.ToArray()));
        var forged = State(liar, victim.Epoch, "99").Encode().ToArray();
        victim.Id.Point.CopyTo(forged);
        Tell(liar, receiver, forged);
        await receiver.CountsAsync("state-sync.dropped.bad-signature");
        await Eventually.HoldsAsync(async () => await HeightAsync(receiver, victim) == "12", receiver.CountersText);
        await victim.AskAsync<StatusSet>(new NamespaceRouter.SetStatus(Chain, "height", "13"u8.ToArray()));
        await Eventually.HoldsAsync(async () => await HeightAsync(receiver, victim) == "13", receiver.CountersText);
        AllAreLinked(network);
    }

    [Fact]
    public async Task Two_states_under_one_seq_told_to_different_nodes_are_reported_with_both_as_evidence_and_all_agree_on_one()
    {
        await using var network = await TestNetwork.FullAsync(4, NetworkOptions.OnTcp);
        await network.AllReachAllAsync(Chain);
        var (liar, one, other) = (network[0], network[1], network[2]);
        var honest = network.Nodes.Skip(1).ToList();
        var observers = await ObserversAsync(honest);
        Tell(liar, one, State(liar, liar.Epoch, "1").Encode());
        Tell(liar, other, State(liar, liar.Epoch, "2").Encode());
        await ReportedAsync(network, observers, liar, "status");
        await Eventually.HoldsAsync(
            async () => (await Task.WhenAll(honest.Select(node => HeightAsync(node, liar)))).Distinct().ToList() is [not null], network.CountersText);
        AllAreLinked(network);
    }

    [Fact]
    public async Task Two_link_states_under_one_seq_are_reported_with_both_as_evidence_and_end_no_link()
    {
        await using var network = await TestNetwork.FullAsync(4, NetworkOptions.OnTcp);
        await network.AllReachAllAsync(Chain);
        var liar = network[0];
        var observers = await ObserversAsync([.. network.Nodes.Skip(1)]);
        var everybody = network.Nodes.Skip(1).Select(static node => node.Id.Reference).ToArray();
        foreach (var neighbours in new[] { everybody, everybody[1..] })
        {
            var body = LinkStateBody.Create([], liar.Environment.Identity.Chain.Hash.ToArray(), neighbours, LimitsOf(liar));
            var state = SignedState.Sign(StateScope.LinkState(NetworkId), liar.Environment.Identity.Key, liar.Epoch, FarSeq, body.Encode());
            liar.TellInside("hypernet/link-*", new Link.SendTopology(StateSyncWire.Answer(AnswerFlags.Push, [state])));
        }

        await ReportedAsync(network, observers, liar, "link state");
        AllAreLinked(network);
    }

    private static async Task<List<TestModule>> ObserversAsync(IReadOnlyList<TestNode> nodes)
    {
        var observers = nodes.Select(static node => node.Observe(Chain, typeof(EquivocationSeen))).ToList();
        await Task.WhenAll(observers.Select(static observer => observer.Log.FirstAsync<ObserveSnapshot>()));
        return observers;
    }

    // Anybody can check the evidence: two forms that the liar signed, under one epoch and seq.
    private static async Task ReportedAsync(TestNetwork network, List<TestModule> observers, TestNode liar, string subject)
    {
        bool IsIt(EquivocationSeen seen) => seen.Subject == subject;
        await Eventually.HoldsAsync(() => observers.Exists(observer => observer.Log.Of<EquivocationSeen>().Any(IsIt)), network.CountersText);
        var seen = observers.SelectMany(static observer => observer.Log.Of<EquivocationSeen>()).First(IsIt);
        Assert.Equal(liar.Id, seen.Node);
        var (kept, rejected) = (Signed(seen.Evidence.Kept, subject), Signed(seen.Evidence.Rejected, subject));
        Assert.Equal((liar.Id, kept.Epoch, kept.Seq), (kept.Node, rejected.Epoch, rejected.Seq));
        Assert.True(kept.Verify(IdentityCurves.P256) && rejected.Verify(IdentityCurves.P256));
        Assert.False(kept.Body.Span.SequenceEqual(rejected.Body.Span));
    }

    private static SignedState Signed(ReadOnlyMemory<byte> evidence, string subject)
    {
        var reader = new Protocol.Wire.WireReader(evidence);
        var scope = subject == "link state" ? StateScope.LinkState(NetworkId) : StateScope.Namespace(NetworkId, Chain);
        Assert.True(SignedState.TryRead(ref reader, scope, out var state));
        return state;
    }

    private static StateLimits LimitsOf(TestNode node) =>
        StateLimits.From(node.Environment.Settings.StateSync, node.Environment.Settings.Dissemination);

    private static SignedState State(TestNode node, ulong epoch, string height)
    {
        var status = new Dictionary<string, ReadOnlyMemory<byte>> { ["height"] = System.Text.Encoding.UTF8.GetBytes(height) };
        Assert.True(StatusBody.TryCreate(status, LimitsOf(node), out var body, out var reason), reason);
        return SignedState.Sign(StateScope.Namespace(NetworkId, Chain), node.Environment.Identity.Key, epoch, FarSeq, body.Encode());
    }

    private static void Tell(TestNode liar, TestNode receiver, ReadOnlyMemory<byte> state)
    {
        byte[] answer = [(byte)StateSyncKind.Answer, (byte)AnswerFlags.Push, 1, 0, .. state.Span];
        liar.TellInside(Interposed.PeerPath(receiver, Chain), new Peer.SendStateSync(answer));
    }

    private static async Task<string?> HeightAsync(TestNode node, TestNode of) =>
        (await node.StatusAsync(Chain, of)).Entries.TryGetValue("height", out var height) ? System.Text.Encoding.UTF8.GetString(height.Span) : null;

    private static void AllAreLinked(TestNetwork network) => Assert.All(network.Nodes, static node => Assert.Equal(3, node.Port.OpenConnections));
}
