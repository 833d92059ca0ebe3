using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Links;

namespace ActorP2P.Protocol.Tests.Links;

public sealed class ControlOutboxTests
{
    private readonly ControlOutbox _outbox = new();

    [Fact]
    public void Entries_leave_most_urgent_first_and_the_goodbye_last()
    {
        _outbox.Goodbye("leaving");
        _outbox.Offer(1, new byte[16]);
        _outbox.Beat();
        _outbox.Ping(2);
        Assert.True(_outbox.Pong(3));
        _outbox.Confirm();
        Assert.Equal(
            [LinkEntryKind.Confirm, LinkEntryKind.Pong, LinkEntryKind.Ping, LinkEntryKind.Beat, LinkEntryKind.Offer, LinkEntryKind.Goodbye],
            Drain().Select(entry => entry.Kind));
        Assert.True(_outbox.IsEmpty);
    }

    [Fact]
    public void Beats_coalesce_however_long_nothing_can_be_written()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _outbox.Beat();
        }

        Assert.Single(Drain());
    }

    [Fact]
    public void A_flood_of_pings_leaves_the_latest_answers_only_and_says_so()
    {
        var droppedNone = Enumerable.Range(0, ControlOutbox.MaxWaitingNumbers).All(i => _outbox.Pong((ulong)i));
        Assert.True(droppedNone);
        for (var i = 0; i < 10_000; i++)
        {
            Assert.False(_outbox.Pong((ulong)(1000 + i)));
        }

        var numbers = Drain().Select(entry => entry.Number).ToList();
        Assert.Equal(ControlOutbox.MaxWaitingNumbers, numbers.Count);
        Assert.Equal(10_999UL, numbers[^1]);
    }

    [Fact]
    public void The_last_word_about_a_namespace_is_the_only_one()
    {
        var nonce = Enumerable.Repeat((byte)9, 16).ToArray();
        _outbox.Offer(1, new byte[16]);
        _outbox.Withdraw(1);
        _outbox.Offer(1, nonce);
        var entry = Assert.Single(Drain());
        Assert.Equal(LinkEntryKind.Offer, entry.Kind);
        Assert.Equal(nonce, entry.Bytes.ToArray());
    }

    [Fact]
    public void What_does_not_fit_into_one_record_stays_for_the_next()
    {
        for (var tag = 1UL; tag <= 50; tag++)
        {
            _outbox.Offer(tag, new byte[16]);
        }

        var buffer = new byte[64];
        Assert.InRange(_outbox.Take(buffer), 1, buffer.Length);
        Assert.False(_outbox.IsEmpty);
        Assert.Equal(48, Drain().Count);
    }

    [Fact]
    public void The_first_reason_of_a_goodbye_stays()
    {
        _outbox.Goodbye("first");
        _outbox.Goodbye("second");
        Assert.Equal("first", LinkEntries.Reason(Assert.Single(Drain())));
    }

    private List<LinkEntry> Drain()
    {
        var entries = new List<LinkEntry>();
        while (!_outbox.IsEmpty)
        {
            var buffer = new byte[LinkEntries.MaxControlEntryBytes];
            ReadOnlyMemory<byte> record = buffer.AsMemory(0, _outbox.Take(buffer));
            while (LinkEntries.TryRead(ref record, Lane.Control, out var entry, out _))
            {
                entries.Add(entry);
            }
        }

        return entries;
    }
}
