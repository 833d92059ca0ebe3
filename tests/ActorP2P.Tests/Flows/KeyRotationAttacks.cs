using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Succession;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>Who tries to take a place that is not its own, or to keep one that it gave up.</summary>
public sealed class KeyRotationAttacks
{
    private const string Chain = "chain";

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_statement_for_a_third_partys_ID_ends_the_link_and_moves_nothing()
    {
        await using var network = await TestNetwork.FullAsync(3, NetworkOptions.OnMemory);
        var (a, b, c) = (network[0], network[1], network[2]);
        var atC = await c.RegisterAsync(Chain, "news");
        using var mine = Key(TestConsortium.Ours.Issue("another of b"));
        using var victim = Key(c.Files);
        Claim(b, Sign(victim, mine, b.Epoch));
        await network[0].CountsAsync("succession.refused.foreign-succession");
        await ReachesAsync(a, c, atC);
        await a.LinkedToAsync(Chain, b, c);
    }

    [Fact]
    public async Task A_statement_that_one_of_the_two_keys_never_signed_is_refused_and_moves_nothing()
    {
        await using var network = await TestNetwork.FullAsync(3, NetworkOptions.OnMemory);
        var (a, b, c) = (network[0], network[1], network[2]);
        var (atB, atC) = (await b.RegisterAsync(Chain, "news"), await c.RegisterAsync(Chain, "news"));
        using var own = Key(b.Files);
        using var stranger = Key(TestConsortium.Ours.Issue("stranger"));

        // The ID of who did not sign is put in afterwards: C as the predecessor of B, then somebody as its successor.
        const int SuccessorOffset = 1 + NodeId.LengthBytes;
        Claim(b, WithId(Sign(stranger, own, b.Epoch), 1, c.Id));
        await a.CountsAsync("succession.refused.other-run");
        Claim(b, WithId(Sign(own, stranger, b.Epoch), SuccessorOffset, TestConsortium.Ours.Issue("nobody").Id));
        await a.CountsAsync("succession.refused.forged-succession");
        await a.LinkedToAsync(Chain, b, c);
        await ReachesAsync(a, c, atC);
        await ReachesAsync(a, b, atB);
    }

    [Fact]
    public async Task A_member_that_lives_does_not_take_anothers_place_though_both_signed()
    {
        await using var network = await TestNetwork.FullAsync(3, NetworkOptions.OnMemory);
        var (a, b, c) = (network[0], network[1], network[2]);
        var atC = await c.RegisterAsync(Chain, "news");
        using var taker = Key(b.Files);
        using var giver = Key(c.Files);
        Claim(b, Sign(giver, taker, b.Epoch));
        await Eventually.HoldsAsync(
            () => a.Counters.Value("succession.refused.successor-lives") + a.Counters.Value("succession.refused.other-run") > 0, a.CountersText);
        await ReachesAsync(a, c, atC);
    }

    [Fact]
    public async Task A_node_that_states_without_end_costs_its_link()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory);
        var (a, b) = (network[0], network[1]);
        using var own = Key(b.Files);
        for (var i = 0; i < SuccessionTable.MaxChain + 2; i++)
        {
            using var next = Key(TestConsortium.Ours.Issue("next"));
            Claim(b, Sign(own, next, b.Epoch));
        }

        await a.CountsAsync("succession.refused.too-many-successions");
        Assert.True(a.Environment.Successions.Count <= 1);
        await a.LinkedToAsync(Chain, b);
    }

    [Fact]
    public async Task The_old_key_does_not_come_back_while_it_is_succeeded_and_is_told_so()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory);
        var (a, b) = (network[0], network[1]);
        var old = b.Files;
        await b.RotateKeyAsync();
        await a.LinkedToAsync(Chain, b);
        // The event comes once: nobody is dialled before it is observed.
        var observed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thief = await network.AddAsync(network.Options.NodeOptions("thief") with
        {
            Files = old,
            Peers = [a.Address],
            HoldDial = dial => observed.Task.ContinueWith(_ => dial(), TaskScheduler.Default),
        });
        var events = thief.Observe(Chain, typeof(DuplicateIdentity));
        await events.Log.FirstAsync<ObserveSnapshot>();
        observed.SetResult();
        await a.CountsAsync("link.refused.identity-given-up");
        await thief.CountsAsync("link.duplicate-identity");
        Assert.Equal(old.Id, (await events.Log.FirstAsync<DuplicateIdentity>()).Node);
        await a.LinkedToAsync(Chain, b);
    }

    [Fact]
    public async Task A_successor_that_is_denied_inherits_nothing_there()
    {
        await using var network = await TestNetwork.FullAsync(3, NetworkOptions.OnMemory with { Hocon = "succession.handover-timeout = 1s" });
        var (a, b, c) = (network[0], network[1], network[2]);
        await b.RegisterAsync(Chain, "news");
        var atA = a.Observe(Chain, typeof(PeerSucceeded), typeof(PeerDown));
        var former = b.Id;
        var next = TestConsortium.Ours.Issue(b.Name);
        a.ReloadHocon = $"identity.deny-node-ids = [\"{next.Id}\"]";
        Assert.IsType<P2PNode.Reloaded>(await a.ReloadAsync());
        b.Files = next;
        Assert.IsType<P2PNode.Reloaded>(await b.ReloadAsync());
        await c.LinkedToAsync(Chain, a, b);
        await a.CountsAsync("link.refused.certificate-denied");
        await atA.Log.FirstAsync<PeerDown>(down => down.Node == former);
        await a.AskAsync<SendFailed>(new NamespaceRouter.Unicast(Chain, former, "news", "?"u8.ToArray(), Confirm: true));
        Assert.Empty(atA.Log.Of<PeerSucceeded>());
    }

    [Fact]
    public async Task A_succession_gives_no_place_in_a_namespace_that_names_its_members()
    {
        var options = NetworkOptions.OnMemory with { Namespaces = [Chain, "open"], Hocon = "routing.resume-timeout = 1s" };
        await using var network = await TestNetwork.FullAsync(2, options);
        var (a, b) = (network[0], network[1]);
        await b.RegisterAsync(Chain, "news");
        var former = b.Id;
        a.ReloadHocon = $"namespaces.{Chain}.members = [\"{former}\"]";
        Assert.IsType<P2PNode.Reloaded>(await a.ReloadAsync());
        await a.LinkedToAsync(Chain, b);
        await b.RotateKeyAsync();
        await a.LinkedToAsync("open", b);
        await a.LinkedToAsync(Chain);
        Assert.IsType<SendFailed>(await a.AskAsync(new NamespaceRouter.Unicast(Chain, former, "news", "?"u8.ToArray(), Confirm: true)));

        // Once its new ID is listed, the place is its own.
        a.ReloadHocon = $"namespaces.{Chain}.members = [\"{former}\", \"{b.Id}\"]";
        Assert.IsType<P2PNode.Reloaded>(await a.ReloadAsync());
        await a.LinkedToAsync(Chain, b);
        await a.AskAsync<Sent>(new NamespaceRouter.Unicast(Chain, former, "news", "!"u8.ToArray(), Confirm: true));
    }

    [Fact]
    public async Task After_the_overlap_the_former_ID_means_nobody()
    {
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory with { Hocon = "succession.overlap = 3s" });
        var (a, b) = (network[0], network[1]);
        await b.RegisterAsync(Chain, "news");
        var former = b.Id;
        await b.RotateKeyAsync();
        await a.LinkedToAsync(Chain, b);
        await Eventually.HoldsAsync(
            async () => await a.AskAsync(new NamespaceRouter.Unicast(Chain, former, "news", "?"u8.ToArray(), Confirm: true)) is SendFailed { Reason: SendFailure.UnknownNode },
            a.CountersText);
        await a.AskAsync<Sent>(new NamespaceRouter.Unicast(Chain, b.Id, "news", "!"u8.ToArray(), Confirm: true));
    }

    private static SuccessionStatement Sign(INodeKey predecessor, INodeKey successor, ulong epoch) => SuccessionStatement.Sign(
        "test-network", predecessor, successor, new byte[32], epoch, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow + Hour);

    private static SuccessionStatement WithId(SuccessionStatement statement, int offset, NodeId id)
    {
        var forged = statement.Encoded.ToArray();
        id.Point.CopyTo(forged.AsSpan(offset));
        Assert.True(SuccessionStatement.TryDecode(forged, out var changed));
        return changed;
    }

    // What a member that lies would put on its links.
    private static void Claim(TestNode liar, SuccessionStatement statement) =>
        liar.System.ActorSelection("/user/p2p/hypernet/link-*").Tell(new Link.StateSuccession(statement));

    private static INodeKey Key(IssuedNode files)
    {
        Assert.True(IdentityCurves.P256.TryImportKey(files.KeyPem, null, out var key, out var reason), reason);
        return key;
    }

    private static async Task ReachesAsync(TestNode from, TestNode to, TestModule module)
    {
        await from.AskAsync<Sent>(new NamespaceRouter.Unicast(Chain, to.Id, "news", "still there"u8.ToArray(), Confirm: true));
        await module.Log.AtLeastAsync<Delivery>(1);
    }
}
