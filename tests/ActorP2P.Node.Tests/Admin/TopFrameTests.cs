using System.Text.Json;
using ActorP2P.Program.Inspect;

namespace ActorP2P.Program.Tests.Admin;

/// <summary>Rates between two looks, and what a terminal is shown.</summary>
public sealed class TopFrameTests
{
    [Fact]
    public void Rates_are_what_was_added_by_the_nodes_own_clock()
    {
        var first = Frame(1000, "t0", 10, 100);
        Assert.Null(Assert.Single(first.Rows).SentMessagesPerSecond);
        var row = Assert.Single(Frame(3000, "t0", 30, 500, first).Rows);
        Assert.Equal((10.0, 200.0), (row.SentMessagesPerSecond, row.SentBytesPerSecond));
        Assert.Equal((true, 1, 2.5), (row.Linked, row.Hops, row.RoundTripMs));
        Assert.Equal(12, row.QueuedBytes);
    }

    [Fact]
    public void A_new_link_or_channel_has_no_rate_against_the_former_one()
    {
        var first = Frame(1000, "t0", 10, 100);
        Assert.Null(Assert.Single(Frame(2000, "t1", 20, 5000, first).Rows).SentBytesPerSecond);
        Assert.Null(Assert.Single(Frame(2000, "t0", 5, 500, first).Rows).SentMessagesPerSecond);
        Assert.Null(Assert.Single(Frame(1000, "t0", 20, 500, first).Rows).SentMessagesPerSecond);
    }

    [Fact]
    public void An_answer_of_another_version_without_members_is_empty_rows_and_no_failure()
    {
        Assert.Empty(TopFrame.Of(JsonDocument.Parse("{}").RootElement, null).Rows);
        Assert.Equal(0, Assert.Single(InspectViews.Peers(JsonDocument.Parse("""{"peers":7}""").RootElement)).Count);
    }

    [Theory]
    [InlineData("blocks", "blocks")]
    [InlineData("a\u001b[2Jb", "a\uFFFD[2Jb")]
    [InlineData("a\tb\nc", "a\uFFFDb\uFFFDc")]
    [InlineData("\u202egnp", "\uFFFDgnp")]
    [InlineData("\u0085\u2028", "\uFFFD\uFFFD")]
    public void What_a_member_wrote_cannot_move_an_operators_cursor(string text, string shown)
    {
        Assert.Equal(shown, PrintableText.Of(text));
        var table = new ReportTable("topic");
        table.Add(text);
        using var output = new StringWriter();
        table.WriteTo(output);
        Assert.Equal(["topic", shown], output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    private static TopFrame Frame(long uptimeMs, string upSince, long messages, long bytes, TopFrame? before = null)
    {
        using var answer = JsonDocument.Parse(
            $$"""
            {"uptime-ms":{{uptimeMs}},
             "peers":[{"namespace":"app","node":"aa","linked":true,"hops":1,"sent-messages":{{messages}},"received-messages":0,"queued-bytes":5}],
             "links":[{"node":"aa","up-since":"{{upSince}}","round-trip-ms":2.5,"sent-bytes":{{bytes}},"received-bytes":0,"queued-bytes":7}]}
            """);
        return TopFrame.Of(answer.RootElement, before);
    }
}
