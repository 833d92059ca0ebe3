using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Tests.VirtualNetwork;

namespace ActorP2P.Protocol.Tests.Dissemination;

/// <summary>One signature over many messages, and namespaces that do without.</summary>
public sealed class FlushSignatureTests
{
    private static readonly PublicationScope Scope = new("net", "ns");

    [Fact]
    public void A_flush_of_many_costs_each_relay_one_signature_check()
    {
        var net = new MulticastNet(4, seed: 1).Link(Topologies.Line(4));
        net.PublishTogether(0, messages: 200);
        net.Time.RunFor(TimeSpan.FromSeconds(1));
        Assert.All(net.Nodes[1..], static node => Assert.Equal(200, node.Delivered.Count));
        Assert.All(net.Nodes[1..], static node => Assert.Equal(4, node.Core.SignaturesChecked));
    }

    [Fact]
    public void Every_part_of_a_flush_proves_itself_alone()
    {
        for (var part = 0; part < 5; part++)
        {
            var net = new MulticastNet(3, seed: 1).Link(Topologies.Line(3));
            net.Receive(1, from: 0, TestPublication.Flush(Scope, SimulatedCurve.Key(0), 5)[part]);
            net.Time.RunFor(TimeSpan.FromSeconds(3));
            Assert.Single(net.Nodes[1].Delivered);
            Assert.Single(net.Nodes[2].Delivered);
        }
    }

    [Fact]
    public void Every_flipped_byte_of_a_part_is_dropped_with_a_reason_also_beside_a_part_that_verified()
    {
        var flush = TestPublication.Flush(Scope, SimulatedCurve.Key(0), 5);
        for (var i = 0; i < flush[2].Length; i++)
        {
            var net = new MulticastNet(3, seed: 1).Link(Topologies.Line(3));
            net.Receive(1, from: 0, flush[1]);
            var forged = flush[2].ToArray();
            forged[i] ^= 0x40;
            net.Receive(1, from: 0, forged);
            net.Time.RunFor(TimeSpan.FromSeconds(3));
            Assert.Single(net.Nodes[1].Delivered);
            Assert.Single(net.Nodes[2].Delivered);
            Assert.Equal(1, net.Nodes[1].Drops.Values.Sum());
        }
    }

    [Fact]
    public void A_root_that_verified_proves_no_other_origin()
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        net.Receive(1, from: 0, TestPublication.Flush(Scope, SimulatedCurve.Key(9), 4)[0]);
        var spoofed = TestPublication.Flush(Scope, SimulatedCurve.Key(9), 4)[1];
        SimulatedCurve.IdOf(8).Point.CopyTo(spoofed.AsSpan(8));
        net.Receive(1, from: 0, spoofed);
        Assert.Single(net.Nodes[1].Delivered);
        Assert.Equal(1, net.Nodes[1].Count(MulticastDrop.BadSignature));
    }

    [Fact]
    public void Who_passes_on_forgeries_is_checked_a_limited_number_of_times_and_the_others_are_heard()
    {
        var net = new MulticastNet(3, seed: 1).Link(Topologies.FullMesh(3));
        for (var i = 1; i <= 1000; i++)
        {
            var forged = TestPublication.Sign(Scope, SimulatedCurve.Key(9), new MessageId(SimulatedCurve.IdOf(9), 1, (ulong)i), 1, Frames.Lane.Gossip, null, "type", []).Bytes.ToArray();
            forged[^1] ^= 1;
            net.Receive(1, from: 0, forged);
        }

        Assert.Equal(32, net.Nodes[1].Core.SignaturesChecked);
        Assert.Equal(968, net.Nodes[1].Count(MulticastDrop.TooManyBadSignatures));
        net.Receive(1, from: 2, TestPublication.Flush(Scope, SimulatedCurve.Key(9), 2)[0]);
        Assert.Single(net.Nodes[1].Delivered);
    }

    [Fact]
    public void A_namespace_without_signatures_delivers_what_its_members_pass_on_and_checks_none()
    {
        var net = new MulticastNet(3, seed: 1, isSigned: false).Link(Topologies.Line(3));
        net.Broadcast(0);
        net.PublishTogether(2, messages: 10);
        net.Time.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(10, net.Nodes[0].Delivered.Count);
        Assert.Equal(11, net.Nodes[1].Delivered.Count);
        Assert.Single(net.Nodes[2].Delivered);
        Assert.All(net.Nodes, static node => Assert.Equal(0, node.Core.SignaturesChecked));
    }

    [Fact]
    public void A_message_without_a_signature_is_refused_where_signatures_are_on()
    {
        var net = new MulticastNet(2, seed: 1).Link([(0, 1)]);
        net.Receive(1, from: 0, TestPublication.Flush(Scope, SimulatedCurve.Key(9), 1, isSigned: false)[0]);
        Assert.Empty(net.Nodes[1].Delivered);
        Assert.Equal(1, net.Nodes[1].Count(MulticastDrop.BadSignature));
    }
}
