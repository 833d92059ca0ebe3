namespace ActorP2P.AkkaRemoting.Tests;

public sealed class HyperionPayloadTests
{
    private const int MaxBytes = 4096;

    [Fact]
    public void A_listed_type_goes_and_comes()
    {
        var payloads = new HyperionPayloads([typeof(Vote)], MaxBytes, new NodeCounters());
        Assert.True(payloads.TrySerialize(new Vote(7, "block"), out var bytes, out var refusal), refusal?.ToString());
        Assert.True(payloads.TryDeserialize(bytes, out var back, out refusal), refusal?.ToString());
        Assert.Equal(new Vote(7, "block"), back);
    }

    [Fact]
    public void The_list_is_closed_by_default()
    {
        var counters = new NodeCounters();
        Assert.False(new HyperionPayloads([], MaxBytes, counters).TrySerialize(new Vote(1, ""), out _, out var refusal));
        Assert.Equal("unlisted-type", refusal.Reason);
        Assert.Equal(1, counters.Value("akka.payload.refused.unlisted-type"));
    }

    [Fact]
    public void An_unlisted_type_from_a_member_is_not_made()
    {
        var counters = new NodeCounters();
        var liar = new HyperionPayloads([typeof(Trap), typeof(Vote)], MaxBytes, new NodeCounters());
        Assert.True(liar.TrySerialize(new Trap(), out var bytes, out _));
        Trap.Made = 0;
        Assert.False(new HyperionPayloads([typeof(Vote)], MaxBytes, counters).TryDeserialize(bytes, out var payload, out var refusal));
        Assert.Null(payload);
        Assert.Equal("unlisted-type", refusal.Reason);
        Assert.Equal(0, Trap.Made);
        Assert.Equal(1, counters.Value("akka.payload.refused.unlisted-type"));
    }

    [Fact]
    public void Damage_and_excess_are_refused_and_counted()
    {
        var counters = new NodeCounters();
        var payloads = new HyperionPayloads([typeof(Vote)], MaxBytes, counters);
        Assert.True(payloads.TrySerialize(new Vote(7, "block"), out var bytes, out _));
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(payloads.TryDeserialize(bytes[..length], out _, out _));
        }

        Assert.False(payloads.TryDeserialize(new byte[MaxBytes + 1], out _, out var refusal));
        Assert.Equal("too-large", refusal.Reason);
        Assert.Equal(1, counters.Value("akka.payload.refused.too-large"));
    }

    public sealed record Vote(int Height, string Block);

    public sealed class Trap
    {
        private int _value;

        public static int Made { get; set; }

        public int Value
        {
            get => _value;
            set
            {
                Made++;
                _value = value;
            }
        }
    }
}
