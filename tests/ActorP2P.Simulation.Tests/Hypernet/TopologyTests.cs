using System.Buffers.Binary;
using ActorP2P.Protocol.Gossip;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>Every node learns the whole graph, whoever it is linked to.</summary>
public sealed class TopologyTests
{
    [Fact]
    public void A_line_of_three_shows_its_ends_to_each_other_as_members()
    {
        using var world = new PhysicalWorld(70);
        var (a, b, c) = Line(world);
        world.Until(() => Sees(a, b, c) && Sees(c, b, a), 10, "the whole line", a, b, c);

        Assert.False(a.Manager.View!.Graph.IsLinked(a.Id, c.Id));
        Assert.Equal(MembershipVerdict.Member, a.Manager.View.Members.Check(c.Id));
        Assert.Equal(MembershipVerdict.Member, c.Manager.View!.Members.Check(a.Id));
    }

    [Fact]
    public void A_lost_link_leaves_the_view_of_those_far_away_too()
    {
        using var world = new PhysicalWorld(71);
        var (a, b, c) = Line(world);
        world.Until(() => Sees(a, b, c), 10, "the whole line", a, b, c);
        c.Kill();
        world.Until(() => !a.Manager.View!.Graph.IsLinked(b.Id, c.Id), 10, "the loss", a, b);
        Assert.True(a.Manager.View!.Graph.IsLinked(a.Id, b.Id));
    }

    [Fact]
    public void A_namespace_that_opens_late_gets_the_view_at_once()
    {
        using var world = new PhysicalWorld(72);
        var (a, b, c) = Line(world);
        world.Until(() => Sees(a, b, c), 10, "the whole line", a, b, c);
        var late = a.OpenNamespace("late");
        world.Until(() => late.View is not null, 1, "the view", a);
        Assert.True(late.View!.Graph.IsLinked(b.Id, c.Id));
    }

    [Fact]
    public void Two_link_states_under_one_seq_are_an_alarm_with_both_as_evidence_in_every_namespace()
    {
        using var world = new PhysicalWorld(73);
        var (a, b, c) = Line(world);
        var late = a.OpenNamespace("late");
        world.Until(() => Sees(a, b, c) && late.View is not null, 10, "the whole line", a, b, c);
        var (one, two) = (LinkStateOf(b, "one:1"), LinkStateOf(b, "two:1"));
        Bring(a, b, one);
        Bring(a, b, two);
        Bring(a, b, one);
        world.Until(() => a.Manager.Alarms.Count > 0 && late.Alarms.Count > 0, 5, "the alarm", a);
        world.Run(5);
        var alarm = (NetworkAlarm.LinkStateEquivocation)Assert.Single(a.Manager.Alarms);
        Assert.Single(late.Alarms);
        Assert.Equal(b.Id, alarm.Node);
        var lower = one.Fingerprint < two.Fingerprint ? one : two;
        Assert.Equal(lower.Encode().ToArray(), alarm.Evidence.Kept.ToArray());
        Assert.Equal((lower == one ? two : one).Encode().ToArray(), alarm.Evidence.Rejected.ToArray());
    }

    [Fact]
    public void A_second_holder_of_our_key_is_an_alarm_once_an_epoch()
    {
        using var world = new PhysicalWorld(74);
        var (a, b, c) = Line(world);
        world.Until(() => Sees(a, b, c), 10, "the whole line", a, b, c);
        world.Run(120);
        for (var seq = 1u; seq <= 3; seq++)
        {
            Bring(a, b, LinkStateOf(a, "elsewhere:1", seq));
        }

        world.Until(() => a.Manager.Alarms.Count > 0, 5, "the alarm", a);
        Assert.All(a.Manager.Alarms, alarm => Assert.Equal(new NetworkAlarm.OwnKeyElsewhere(a.Id, a.Environment.Epoch + 1), alarm));
        Assert.Equal(3, a.Count("topology.epoch-exceeded"));
    }

    private static SignedState LinkStateOf(PhysicalNode owner, string address, ulong seq = 1) => SignedState.Sign(
        StateScope.LinkState("simulated"),
        owner.Environment.Identity.Key,
        owner.Environment.Epoch + 1,
        seq,
        LinkStateBody.Create([address], new byte[32], [], StateLimits.From(owner.Environment.Settings.StateSync, owner.Environment.Settings.Dissemination)).Encode());

    // An answer with the push flag, as it travels.
    private static void Bring(PhysicalNode to, PhysicalNode from, SignedState state)
    {
        var message = new byte[4 + state.LengthBytes];
        message[0] = 3;
        message[1] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(2), 1);
        state.Encode().CopyTo(message.AsMemory(4));
        to.System.ActorSelection("/user/hypernet/topology").Tell(new Topology.Received(from.Id, message, 0), ActorRefs.NoSender);
    }

    private static bool Sees(PhysicalNode viewer, PhysicalNode middle, PhysicalNode end) =>
        viewer.Manager.View is { } view && view.Graph.IsLinked(viewer.Id, middle.Id) && view.Graph.IsLinked(middle.Id, end.Id);

    private static (PhysicalNode A, PhysicalNode B, PhysicalNode C) Line(PhysicalWorld world) => (
        world.Start("a"),
        world.Start("b", """actorp2p.network.peers = ["a:7000", "c:7000"]"""),
        world.Start("c"));
}
