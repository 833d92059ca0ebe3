using System.Text;
using ActorP2P.Tests.Manager;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Client;

/// <summary>A program without actors: tasks and async streams over whole nodes.</summary>
public sealed class P2PClientTests : ActorTest
{
    private const string Ns = TestMembers.Ledger;

    [Fact]
    public async Task A_program_sends_asks_publishes_and_receives_without_an_actor()
    {
        var (here, there, pair) = Clients();
        using var ending = new CancellationTokenSource(4 * Soon);
        var votes = there.ReceiveAsync(Ns, "vote", 16, cancellation: ending.Token).GetAsyncEnumerator(ending.Token);
        var firstVote = votes.MoveNextAsync();
        await Registered(pair[1], "vote");
        await here.SendAsync(Ns, pair[1].Id, "vote", Bytes("yes"), ending.Token);
        Assert.True(await firstVote);
        Assert.Equal("yes", Text(votes.Current.Delivery.Payload));
        var question = votes.MoveNextAsync();
        var reply = here.RequestAsync(Ns, pair[1].Id, "vote", Bytes("height?"), Soon, ending.Token);
        Assert.True(await question);
        votes.Current.Reply(Bytes("42"));
        Assert.Equal("42", Text(await reply));
        var block = votes.MoveNextAsync();
        var id = await here.BroadcastAsync(Ns, "vote", Bytes("b1"), ending.Token);
        Assert.True(await block);
        Assert.Equal(id, votes.Current.Delivery.MessageId);
        votes.Current.Reply(Bytes("an answer that nobody asked for"));
        await votes.DisposeAsync();
    }

    [Fact]
    public async Task State_and_snapshots_are_tasks()
    {
        var (here, there, pair) = Clients();
        await here.SubscribeAsync(Ns, "blocks");
        Assert.True(await here.SetStatusAsync(Ns, "height", Bytes("7")) > 0);
        AwaitAssert(() => Assert.Contains("height", pair[1].Ask<StatusSnapshot>(CreateTestProbe(), new NamespaceRouter.GetStatus(Ns, pair[0].Id)).Entries.Keys), Soon);
        AwaitAssert(() => Assert.Contains("blocks", pair[1].Ask<TopicsSnapshot>(CreateTestProbe(), new NamespaceRouter.GetTopics(Ns)).Subscribers.Keys), Soon);
        Assert.Contains(pair[0].Id, (await there.GetTopicsAsync(Ns)).Subscribers["blocks"]);
        Assert.Equal("7", Text((await there.GetStatusAsync(Ns, pair[0].Id)).Entries["height"]));
        Assert.Equal(pair[0].Id, Assert.Single((await there.GetPeersAsync(Ns)).Peers).Node);
        Assert.NotEmpty((await there.GetCountersAsync()).Values);
        Assert.Contains(pair[0].Id, (await there.GetRoutesAsync()).Routes.Keys);
        var traffic = Assert.Single((await there.GetTrafficAsync(Ns)).Peers);
        Assert.Equal(pair[0].Id, traffic.Node);
        Assert.True(traffic is { SentMessages: > 0, ReceivedMessages: > 0 });
        Assert.Equal([Ns], (await there.GetNamespacesAsync()).Names);
        await here.UnsubscribeAsync(Ns, "blocks");
        await here.OpenAsync("side");
        await here.CloseAsync("side");
    }

    [Fact]
    public async Task A_failure_is_an_exception_with_its_reason()
    {
        var (here, _, pair) = Clients();
        Assert.Equal(SendFailure.UnknownType, (await Assert.ThrowsAsync<P2PClientException>(() => here.SendAsync(Ns, pair[1].Id, "nobody", default))).Reason);
        Assert.Equal(SendFailure.UnknownNamespace, (await Assert.ThrowsAsync<P2PClientException>(() => here.BroadcastAsync("nowhere", "block", default))).Reason);
        Assert.Equal(SendFailure.UnknownNamespace, (await Assert.ThrowsAsync<P2PClientException>(() => here.SubscribeAsync("nowhere", "blocks"))).Reason);
        Assert.Equal(
            SendFailure.UnknownType,
            (await Assert.ThrowsAsync<P2PClientException>(() => here.RequestAsync(Ns, pair[1].Id, "nobody", default, Soon))).Reason);
    }

    [Fact]
    public async Task A_full_buffer_holds_back_its_senders_and_loses_nothing()
    {
        var (here, there, pair) = Clients();
        using var ending = new CancellationTokenSource(4 * Soon);
        var votes = there.ReceiveAsync(Ns, "vote", 1, cancellation: ending.Token).GetAsyncEnumerator(ending.Token);
        var first = votes.MoveNextAsync();
        await Registered(pair[1], "vote");
        await here.SendAsync(Ns, pair[1].Id, "vote", Bytes("1"), ending.Token);
        Assert.True(await first);
        for (var i = 2; i <= 5; i++)
        {
            pair[0].Router.Tell(new NamespaceRouter.Unicast(Ns, pair[1].Id, "vote", Bytes($"{i}")), ActorRefs.NoSender);
        }

        await AwaitAssertAsync(() => Assert.Equal(3, pair[1].Environment.Counters.Value("slot.waited")), Soon);
        for (var i = 2; i <= 5; i++)
        {
            Assert.True(await votes.MoveNextAsync());
            Assert.Equal($"{i}", Text(votes.Current.Delivery.Payload));
        }

        Assert.Equal(0, votes.Current.DroppedBefore);
        await votes.DisposeAsync();
        AwaitAssert(
            () => Assert.Equal(
                SendFailure.UnknownType,
                Assert.IsType<SendFailed>(
                    pair[0].Ask<object>(CreateTestProbe(), new NamespaceRouter.Unicast(Ns, pair[1].Id, "vote", default, Confirm: true))).Reason),
            Soon);
    }

    [Fact]
    public async Task Events_come_as_a_stream_that_ends_with_its_namespace()
    {
        var (here, _, pair) = Clients();
        using var ending = new CancellationTokenSource(4 * Soon);
        var seen = new List<ControlEvent>();
        var reading = ReadAsync();
        AwaitAssert(
            () =>
            {
                pair[1].Ask<StatusSet>(CreateTestProbe(), new NamespaceRouter.SetStatus(Ns, "height", Bytes($"{Random.Shared.Next()}")));
                lock (seen)
                {
                    Assert.NotEmpty(seen);
                }
            },
            Soon,
            TimeSpan.FromMilliseconds(100));
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);

        async Task ReadAsync()
        {
            await foreach (var controlEvent in here.ObserveAsync(Ns, 64, ending.Token))
            {
                lock (seen)
                {
                    seen.Add(controlEvent);
                }
            }
        }
    }

    [Fact]
    public async Task A_stream_ends_when_its_namespace_is_closed()
    {
        var (here, _, pair) = Clients();
        using var ending = new CancellationTokenSource(4 * Soon);
        var votes = here.ReceiveAsync(Ns, "vote", 4, cancellation: ending.Token).GetAsyncEnumerator(ending.Token);
        var next = votes.MoveNextAsync();
        await Registered(pair[0], "vote");
        await here.CloseAsync(Ns, ending.Token);
        Assert.False(await next);
        await votes.DisposeAsync();
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private async Task Registered(MemberNode node, string type) => await AwaitAssertAsync(
        () => Assert.Contains("another module", node.Ask<RegisterRefused>(CreateTestProbe(), new NamespaceRouter.Register(Ns, type, TestActor)).Reason, StringComparison.Ordinal),
        Soon);

    private (P2PClient Here, P2PClient There, NodeNetwork Pair) Clients()
    {
        var pair = new NodeNetwork(this, 2, [(0, 1)]).AwaitPeers(Ns, 1, 1);
        return (new P2PClient(Sys, pair[0].Router, Soon), new P2PClient(Sys, pair[1].Router, Soon), pair);
    }
}
