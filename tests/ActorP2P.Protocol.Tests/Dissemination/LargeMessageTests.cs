using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Dissemination;

/// <summary>Large messages: chunks that are checked and passed on before the whole is there.</summary>
public sealed class LargeMessageTests
{
    private const int MiB = 1024 * 1024;
    private static readonly PublicationScope Scope = new("net", "ns");
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(40);

    [Theory]
    [InlineData(LargePayload.ThresholdBytes)]
    [InlineData(LargePayload.ThresholdBytes + 1)]
    [InlineData(3 * LargePayload.ChunkBytes)]
    [InlineData((3 * LargePayload.ChunkBytes) + 1)]
    [InlineData(MiB)]
    public void A_payload_around_every_boundary_arrives_whole_over_relays(int bytes)
    {
        var payload = Payload(bytes);
        var net = new MulticastNet(4, seed: 1).Link(Topologies.Line(4));
        net.Publish(0, null, payload);
        net.Time.RunFor(TimeSpan.FromSeconds(1));
        Assert.All(net.Nodes[1..], node => Assert.True(Assert.Single(node.Delivered).Payload.Span.SequenceEqual(payload)));
        net.Time.RunFor(Settle);
        Assert.Equal(3L * bytes, net.PayloadBytes);
        Assert.All(net.Nodes, static node => Assert.Equal(0, node.Core.UnderWayBytes));
    }

    [Fact]
    public void A_relay_passes_a_chunk_on_before_it_has_the_whole()
    {
        var passedOn = 0;
        var net = new MulticastNet(3, seed: 1)
        {
            Carries = (from, _, bytes) =>
            {
                passedOn += from == 1 && bytes.Span[0] == 7 ? 1 : 0;
                return from != 0 || bytes.Span[0] != 7 || bytes.Span[25] < 5;
            },
        }.Link(Topologies.Line(3));
        net.Publish(0, null, Payload(MiB));
        net.Time.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.Empty(net.Nodes[1].Delivered);
        Assert.Equal(5, passedOn);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void With_a_tenth_of_all_messages_lost_large_ones_still_arrive_whole_and_once(int seed)
    {
        var net = new MulticastNet(30, seed) { Loss = 0.1 }.Link(Topologies.Random(30, 6, seed));
        for (var i = 0; i < 4; i++)
        {
            net.Publish(i, null, Payload(MiB + i));
            net.Time.RunFor(TimeSpan.FromSeconds(1));
        }

        net.Time.RunFor(Settle);
        Assert.All(net.Nodes, static node => Assert.Equal(node.Number < 4 ? 3 : 4, node.Delivered.Count));
        Assert.All(net.Nodes, static node => Assert.Equal(node.Delivered.Count, node.Delivered.Select(static delivery => delivery.Id).Distinct().Count()));

        // Sent, so the lost tenth is in it.
        Assert.InRange(net.PayloadBytes / (4.0 * 29 * MiB), 1.0, 1.4);
    }

    [Fact]
    public void A_hundred_nodes_in_full_mesh_get_one_copy_of_each_chunk()
    {
        var net = new MulticastNet(100, seed: 1).Link(Topologies.FullMesh(100));
        net.Publish(5, null, Payload(MiB));
        net.Time.RunFor(Settle);
        Assert.All(net.Nodes, static node => Assert.Equal(node.Number == 5 ? 0 : 1, node.Delivered.Count));
        Assert.Equal(99L * MiB, net.PayloadBytes);
        Assert.InRange((double)net.OtherBytes / net.PayloadBytes, 0, 0.05);
    }

    [Fact]
    public void A_late_joiner_gets_a_large_message_that_is_retained()
    {
        var net = new MulticastNet(3, seed: 1).Link([(0, 1)]);
        net.Publish(0, null, Payload(MiB));
        net.Time.RunFor(TimeSpan.FromSeconds(10));
        net.Link([(1, 2)]);
        net.Time.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(MiB, Assert.Single(net.Nodes[2].Delivered).Payload.Length);
    }

    [Fact]
    public void A_forged_chunk_goes_no_further_and_the_true_one_still_completes_the_message()
    {
        var forge = true;
        var net = new MulticastNet(3, seed: 1) { Carries = (from, _, bytes) => !(from == 0 && forge && bytes.Span[0] == 7 && bytes.Span[25] == 2) }
            .Link(Topologies.Line(3));
        net.Publish(0, null, Payload(MiB));
        var forged = new byte[29 + LargePayload.ChunkBytes];
        ChunkWire.ComposeChunkHead(new MessageId(net.Nodes[0].Id, 1, 1), 2).CopyTo(forged);
        net.Time.RunFor(TimeSpan.FromMilliseconds(3));
        forge = false;
        net.Receive(1, from: 2, forged);
        Assert.Equal(1, net.Nodes[1].Count(MulticastDrop.BadChunk));
        net.Time.RunFor(TimeSpan.FromSeconds(5));
        Assert.All(net.Nodes[1..], static node => Assert.Single(node.Delivered));
    }

    [Fact]
    public void Every_flipped_byte_of_a_manifest_is_dropped_with_a_reason()
    {
        var manifest = ManifestOf(0, Payload(LargePayload.ThresholdBytes + 1));
        for (var i = 0; i < manifest.Length; i++)
        {
            var net = new MulticastNet(3, seed: 1).Link(Topologies.Line(3));
            var forged = manifest.ToArray();
            forged[i] ^= 0x40;
            net.Receive(1, from: 0, forged);
            Assert.Equal(0, net.Nodes[1].Core.UnderWayBytes);
            Assert.Equal(1, net.Nodes[1].Drops.Values.Sum());
        }
    }

    [Fact]
    public void A_manifest_without_its_chunks_is_given_up_and_its_room_is_free_again()
    {
        var net = new MulticastNet(2, seed: 1) { Carries = static (_, to, _) => to == 1 }.Link([(0, 1)]);
        net.Receive(1, from: 0, ManifestOf(0, Payload(MiB)));
        Assert.InRange(net.Nodes[1].Core.UnderWayBytes, 1, 32 * 1024);
        net.Time.RunFor(TimeSpan.FromMinutes(2));
        Assert.Equal(0, net.Nodes[1].Core.UnderWayBytes);
        Assert.Equal(1, net.Nodes[1].Count(MulticastDrop.NeverCompleted));
    }

    [Fact]
    public void An_origin_that_begins_and_never_ends_fills_half_of_the_room_and_another_one_still_gets_through()
    {
        var settings = TestSettings.Dissemination with { AssemblyBytes = 4 * MiB };
        var net = new MulticastNet(3, seed: 1, settings) { Carries = static (_, to, _) => to != 0 }.Link(Topologies.FullMesh(3));
        for (var seq = 1; seq <= 1000; seq++)
        {
            net.Receive(1, from: 0, ManifestOf(0, Payload(LargePayload.ThresholdBytes + 1), (ulong)seq));
            net.Receive(1, from: 0, ManifestOf(0, Payload(LargePayload.ThresholdBytes + 1), (ulong)seq + 10_000));
        }

        Assert.InRange(net.Nodes[1].Core.UnderWayBytes, MiB, 2 * MiB);

        // Those that are under way are gone through now and then, so a claim without a byte of its message takes room for many.
        Assert.InRange(net.Nodes[1].Count(MulticastDrop.TooManyUnderWay), 2000 - (2 * MiB / (16 * 1024)), 2000);
        net.Publish(2, null, Payload(MiB));
        net.Time.RunFor(TimeSpan.FromSeconds(1));
        Assert.Single(net.Nodes[1].Delivered);
    }

    [Fact]
    public void Origins_that_together_fill_the_whole_room_make_way_for_one_that_has_less_under_way()
    {
        var settings = TestSettings.Dissemination with { AssemblyBytes = 4 * MiB };
        var net = new MulticastNet(5, seed: 1, settings) { Carries = static (_, to, _) => to is not (0 or 2 or 3) }.Link(Topologies.FullMesh(5));
        for (var seq = 1; seq <= 1000; seq++)
        {
            foreach (var liar in new[] { 0, 2, 3 })
            {
                net.Receive(1, from: liar, ManifestOf(liar, Payload(LargePayload.ThresholdBytes + 1), (ulong)seq));
            }
        }

        Assert.InRange(net.Nodes[1].Core.UnderWayBytes, 3 * MiB, 4 * MiB);
        net.Publish(4, null, Payload(768 * 1024));
        net.Time.RunFor(TimeSpan.FromSeconds(1));
        Assert.Single(net.Nodes[1].Delivered);
        Assert.InRange(net.Nodes[1].Core.UnderWayBytes, 0, 4 * MiB);
    }

    [Fact]
    public void Chunks_without_a_manifest_cost_nothing()
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        var chunk = new byte[29 + LargePayload.ChunkBytes];
        ChunkWire.ComposeChunkHead(new MessageId(net.Nodes[0].Id, 1, 1), 0).CopyTo(chunk);
        net.Receive(1, from: 0, chunk);
        Assert.Equal(1, net.Nodes[1].Count(MulticastDrop.UnknownManifest));
        Assert.Equal(0, net.Nodes[1].Core.UnderWayBytes);
    }

    [Fact]
    public void Asking_for_chunks_for_ever_is_answered_to_an_allowance()
    {
        var settings = TestSettings.Dissemination with { RetentionBytes = 4 * MiB };
        var net = new MulticastNet(2, seed: 1, settings).Link([(0, 1)]);
        var id = net.Publish(0, null, Payload(MiB));
        var want = ChunkWire.ComposeWant(id, [new ChunkRun(0, uint.MaxValue)]);
        for (var i = 0; i < 1000; i++)
        {
            net.Receive(0, from: 1, want);
        }

        Assert.InRange(net.PayloadBytes, MiB, 6L * MiB);
        Assert.InRange(net.Nodes[0].Count(MulticastDrop.WantOverAllowance), 990, 999);
    }

    [Fact]
    public void A_source_that_goes_while_chunks_are_missing_is_replaced_by_another()
    {
        var net = new MulticastNet(4, seed: 1) { Carries = static (from, to, bytes) => !(from == 0 && to == 2 && bytes.Span[0] == 7 && bytes.Span[25] > 3) }
            .Link([(0, 1), (0, 2), (1, 2), (2, 3)]);
        net.Publish(0, null, Payload(MiB));
        net.Time.RunFor(TimeSpan.FromMilliseconds(100));
        net.Cut([(0, 2)]);
        net.Time.RunFor(TimeSpan.FromSeconds(10));
        Assert.All(net.Nodes[1..], static node => Assert.Single(node.Delivered));
    }

    [Fact]
    public void Random_bytes_behind_every_kind_never_throw_and_never_deliver()
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        var random = new Random(7);
        var manifest = ManifestOf(0, Payload(MiB));
        net.Receive(1, from: 0, manifest);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(1, 300)];
            random.NextBytes(bytes);
            bytes[0] = (byte)random.Next(0, 10);
            if (random.Next(2) == 0)
            {
                // The id that is under way, so that what stands behind it is read.
                ChunkWire.ComposeChunkHead(new MessageId(net.Nodes[0].Id, 1, 1), random.Next(30)).Span[1..Math.Min(bytes.Length, 29)].CopyTo(bytes.AsSpan(1));
            }

            net.Receive(1, from: 0, bytes);
        }

        Assert.Empty(net.Nodes[1].Delivered);
    }

    private static byte[] Payload(int bytes)
    {
        var payload = new byte[bytes];
        new Random(bytes).NextBytes(payload);
        return payload;
    }

    private static byte[] ManifestOf(int origin, byte[] payload, ulong seq = 1)
    {
        var key = SimulatedCurve.Key(origin);
        var draft = new PublicationDraft(new MessageId(key.Id, 1, seq), 1, Lane.Gossip, null, "type", payload);
        var header = new PublicationProof(Scope, key.Curve, isSigned: true).Sign(key, [draft])[0];
        return [.. header.Bytes.Span, .. draft.Manifest.Span];
    }
}
