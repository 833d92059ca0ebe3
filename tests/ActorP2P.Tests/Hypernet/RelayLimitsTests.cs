using System.Buffers.Binary;
using ActorP2P.Protocol.Identity;
using ActorP2P.Tests.Manager;

namespace ActorP2P.Tests.Physical;

/// <summary>What a node spends on the packets of others, and that nobody spends another one's share.</summary>
public sealed class RelayLimitsTests
{
    private const int LinkQueueBytes = 512 * 1024;

    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    private static readonly Protocol.Settings.RoutingSettings Settings = TestMembers.Settings(
        "routing { relay-queue-bytes = 64 KiB, hello-rate-per-second = 1, hello-burst = 2, link-hello-rate-per-second = 10, link-hello-burst = 5 }").Routing;

    [Fact]
    public void One_origin_towards_one_next_hop_has_its_bytes_and_no_more_until_they_went_out()
    {
        var limits = Limits();
        var half = new RelayQuota(Id(1), Id(2), Id(3), 32 * 1024);
        Assert.True(limits.TryTake(half));
        Assert.True(limits.TryTake(half));
        Assert.False(limits.TryTake(half with { Bytes = 1 }));
        limits.Sent([half]);
        Assert.True(limits.TryTake(half));
        Assert.False(limits.TryTake(half with { Bytes = 1 }));
    }

    [Fact]
    public void Another_origin_another_link_and_another_next_hop_have_room_of_their_own()
    {
        var limits = Limits();
        var full = new RelayQuota(Id(1), Id(2), Id(3), 64 * 1024);
        Assert.True(limits.TryTake(full));
        Assert.True(limits.TryTake(full with { Origin = Id(4) }));
        Assert.True(limits.TryTake(full with { From = Id(4) }));
        Assert.True(limits.TryTake(full with { Next = Id(4) }));
        Assert.False(limits.TryTake(full with { Bytes = 1 }));
    }

    [Fact]
    public void A_packet_larger_than_the_room_is_refused_however_empty_it_is() =>
        Assert.False(Limits().TryTake(new RelayQuota(Id(1), Id(2), Id(3), (64 * 1024) + 1)));

    [Fact]
    public void What_waited_for_a_lost_link_takes_no_room_and_late_word_of_it_gives_none()
    {
        var limits = Limits();
        var full = new RelayQuota(Id(1), Id(2), Id(3), 64 * 1024);
        limits.TryTake(full);
        limits.Forget(Id(3));
        Assert.True(limits.TryTake(full with { Bytes = 40 * 1024 }));
        limits.Sent([full]);
        Assert.True(limits.TryTake(full));
        Assert.False(limits.TryTake(full with { Bytes = 1 }));
    }

    [Fact]
    public void A_source_has_its_handshakes_and_gets_more_with_time()
    {
        var limits = Limits();
        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(_ => limits.MayAskForHandshake(Id(1), Id(2), Start)));
        Assert.True(limits.MayAskForHandshake(Id(1), Id(3), Start));
        Assert.True(limits.MayAskForHandshake(Id(1), Id(2), Start + TimeSpan.FromSeconds(1)));
        Assert.False(limits.MayAskForHandshake(Id(1), Id(2), Start + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_link_that_brings_ever_new_sources_spends_its_own_share_and_not_another_links()
    {
        var limits = Limits();
        Assert.Equal(5, Enumerable.Range(0, 100).Count(source => limits.MayAskForHandshake(Id(1), Id(1000 + source), Start)));
        Assert.True(limits.MayAskForHandshake(Id(2), Id(5000), Start));
    }

    [Fact]
    public void Sources_are_forgotten_when_their_share_is_whole_again_so_their_table_is_bounded()
    {
        var limits = new RelayLimits(Settings with { LinkHelloBurst = 1_000_000 }, LinkQueueBytes);
        Assert.Equal(4096, Enumerable.Range(0, 6000).Count(source => limits.MayAskForHandshake(Id(1), Id(1000 + source), Start)));
        Assert.True(limits.MayAskForHandshake(Id(1), Id(9000), Start + TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Distances_and_notices_have_a_rate_and_a_link_that_spends_its_own_leaves_the_others_theirs()
    {
        var limits = new RelayLimits(Settings with { DistancesPerSecond = 3, DistancesBurst = 5 }, LinkQueueBytes);
        Assert.Equal(5, Enumerable.Range(0, 10).Count(_ => limits.MayCompute(Id(1), Start)));
        Assert.True(limits.MayCompute(Id(2), Start));
        Assert.Equal(3, Enumerable.Range(0, 10).Count(_ => limits.MayCompute(Id(1), Start + TimeSpan.FromSeconds(1))));
        Assert.Equal(200, Enumerable.Range(0, 1000).Count(_ => limits.MayNotify(Id(1), Start)));
        Assert.True(limits.MayNotify(Id(2), Start));
    }

    [Fact]
    public void A_link_that_brings_packets_of_ever_new_sources_leaves_the_others_half_of_the_room_to_a_next_hop()
    {
        var limits = Limits();
        Assert.Equal(4, Enumerable.Range(0, 100).Count(source => limits.TryTake(new RelayQuota(Id(1), Id(1000 + source), Id(3), 64 * 1024))));
        var other = new RelayQuota(Id(2), Id(5000), Id(3), 64 * 1024);
        Assert.True(limits.TryTake(other));
        limits.Sent([new RelayQuota(Id(1), Id(1000), Id(3), 64 * 1024)]);
        Assert.True(limits.TryTake(new RelayQuota(Id(1), Id(1000), Id(3), 64 * 1024)));
        Assert.False(limits.TryTake(new RelayQuota(Id(1), Id(1001), Id(3), 1)));
    }

    private static RelayLimits Limits() => new(Settings, LinkQueueBytes);

    private static NodeId Id(int number)
    {
        var point = new byte[NodeId.LengthBytes];
        BinaryPrimitives.WriteInt32BigEndian(point, number);
        return NodeId.FromPoint(point);
    }
}
