using System.Text.Json;
using ActorP2P.Program.Admin;

namespace ActorP2P.Program.Tests.Admin;

/// <summary>Events through the endpoint: what is kept, who follows, and who is too slow.</summary>
public sealed class FollowingTests
{
    private const string Follow = """{"request":"events","follow":true}""";

    [Fact]
    public async Task A_follower_gets_what_was_kept_and_then_what_happens_in_order_and_the_end()
    {
        await using var fixture = await EndpointFixture.StartAsync();
        fixture.Journal.Report(Event("app", 1));
        await using var client = await fixture.ConnectAsync();
        using var first = JsonDocument.Parse(await client.AskAsync(Follow));
        Assert.Equal(1, Assert.Single(first.RootElement.GetProperty("events").EnumerateArray()).GetProperty("number").GetInt64());
        for (var number = 2; number <= 5; number++)
        {
            fixture.Journal.Report(Event("app", number));
        }

        for (var number = 2; number <= 5; number++)
        {
            using var line = JsonDocument.Parse((await client.ReadAsync())!);
            Assert.Equal("peer-rejected", line.RootElement.GetProperty("event").GetString());
            Assert.Equal(number, line.RootElement.GetProperty("number").GetInt64());
            Assert.True(line.RootElement.GetProperty("at").TryGetDateTimeOffset(out _));
        }

        await fixture.Endpoint!.DisposeAsync();
        Assert.Contains("\"stopped\"", await client.ReadAsync(), StringComparison.Ordinal);
        Assert.Null(await client.ReadAsync());
    }

    [Fact]
    public async Task A_follower_of_a_namespace_hears_nothing_of_another_but_all_of_the_node()
    {
        await using var fixture = await EndpointFixture.StartAsync();
        fixture.Journal.Report(Event("other", 1));
        await using var client = await fixture.ConnectAsync();
        Assert.DoesNotContain("other", await client.AskAsync("""{"request":"events","namespace":"app","follow":true}"""), StringComparison.Ordinal);
        fixture.Journal.Report(Event("other", 2));
        fixture.Journal.Report(new P2PNode.ListenFailed("127.0.0.1:1", "in use"));
        fixture.Journal.Report(Event("app", 3));
        Assert.Contains("listen-failed", await client.ReadAsync(), StringComparison.Ordinal);
        Assert.Contains("\"app\"", await client.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_does_not_read_is_cut_off_and_counted_and_another_follower_loses_nothing()
    {
        await using var fixture = await EndpointFixture.StartAsync();
        await using var slow = await fixture.ConnectAsync();
        await using var quick = await fixture.ConnectAsync();
        await slow.AskAsync(Follow);
        await quick.AskAsync(Follow);
        var number = 0;
        while (fixture.Counters.Value("admin.ended.slow-reader") == 0)
        {
            fixture.Journal.Report(Event("app", ++number));
            Assert.Contains($"\"number\":{number},", await quick.ReadAsync(), StringComparison.Ordinal);
        }

        // What the kernel held for it comes, and then the end.
        string? last = "";
        while (last is not null)
        {
            last = await slow.ReadAsync();
        }

        Assert.Equal(1, fixture.Counters.Value("admin.ended.slow-reader"));
    }

    [Fact]
    public async Task Who_speaks_while_following_ends_it_and_leaves_room_for_another()
    {
        await using var fixture = await EndpointFixture.StartAsync(EndpointFixture.Generous with { MaxConnections = 1 });
        await using (var client = await fixture.ConnectAsync())
        {
            await client.AskAsync(Follow);
            await client.SendAsync("enough\n");
            Assert.Null(await client.ReadAsync());
        }

        await WhenFreeAsync(fixture);
    }

    [Fact]
    public async Task A_follower_that_goes_away_leaves_room_for_another()
    {
        await using var fixture = await EndpointFixture.StartAsync(EndpointFixture.Generous with { MaxConnections = 1 });
        await using (var client = await fixture.ConnectAsync())
        {
            await client.AskAsync(Follow);
        }

        await WhenFreeAsync(fixture);
    }

    [Fact]
    public void No_more_is_kept_than_may_be_and_the_oldest_goes_first()
    {
        var journal = new EventJournal(TimeProvider.System, 3, 1 << 20);
        for (var number = 1; number <= 5; number++)
        {
            journal.Report(Event("app", number));
        }

        Assert.Equal([3, 4, 5], journal.Recent(null).Select(NumberOf));
    }

    [Fact]
    public void Long_events_push_out_older_ones_by_their_bytes()
    {
        var journal = new EventJournal(TimeProvider.System, 1000, 8192);
        for (var number = 1; number <= 5; number++)
        {
            journal.Report(new PeerRejected("app", "127.0.0.1:1", "reason", new string('d', 1500)) { Number = number });
        }

        Assert.Equal([4, 5], journal.Recent(null).Select(NumberOf));
        journal.Report(new PeerRejected("app", "127.0.0.1:1", "reason", new string('d', 9000)) { Number = 6 });
        Assert.Empty(journal.Recent(null));
    }

    [Fact]
    public void Who_follows_after_the_end_is_told_of_it_at_once()
    {
        var journal = new EventJournal(TimeProvider.System, 3, 1 << 20);
        journal.Close();
        var follower = journal.Follow(null, out var recent);
        Assert.Contains("stopped", System.Text.Encoding.UTF8.GetString(Assert.Single(recent).Span), StringComparison.Ordinal);
        Assert.True(follower.Lines.Completion.IsCompleted);
        journal.Leave(follower);
    }

    private static long NumberOf(ReadOnlyMemory<byte> line)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("number").GetInt64();
    }

    private static PeerRejected Event(string ns, long number) => new(ns, "127.0.0.1:1", "certificate-expired", new string('d', 200)) { Number = number };

    private static async Task WhenFreeAsync(EndpointFixture fixture)
    {
        using var deadline = new CancellationTokenSource(EndpointFixture.Limit);
        while (true)
        {
            await using var client = await fixture.ConnectAsync();
            try
            {
                if (await client.ErrorOfAsync("""{"request":"status"}""") is null)
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is IOException or InvalidOperationException)
            {
                // Turned away in between.
            }

            await Task.Delay(20, deadline.Token);
        }
    }
}
