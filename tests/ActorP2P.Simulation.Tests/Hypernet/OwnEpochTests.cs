using ActorP2P.Protocol.Links;
using ActorP2P.Transport;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>Epochs under a node's own key that others have seen: of an earlier run, or of another node with the key.</summary>
public sealed class OwnEpochTests
{
    private const string DialB = """actorp2p.network.peers = ["b:7000"]""";
    private const string DialFirst = """actorp2p.network.peers = ["first:7000"]""";
    private const ulong Behind = 1_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_restored_disk_image_with_the_clock_behind_learns_its_epoch_saves_it_and_goes_on_above(bool silently)
    {
        using var world = new PhysicalWorld(81);
        var b = world.Start("b");
        var files = world.Issue("a");
        var before = world.Start("a", DialB, files);
        world.Until(() => b.IsLinkedTo(before), 10, "the link before", b, before);
        world.Run(5);

        // After a silent end b still holds the old link, and refuses the lower epoch with what proves why.
        before.Kill(silently);
        world.Run(silently ? 0.1 : 30);

        var store = new MemoryEpochStore();
        var restored = Restore(world, files, store);
        world.Until(() => restored.Count("epoch.learnt") == 1 && b.IsLinkedTo(restored), 60, "the link under the higher epoch", b, restored);
        world.Run(5);
        Assert.True(b.IsLinkedTo(restored));
        Assert.True(restored.Environment.Epochs.Current > before.Environment.Epoch);
        Assert.Equal(restored.Environment.Epochs.Current, b.Manager.Sessions[restored.Id].Epoch);
        Assert.Equal(restored.Environment.Epochs.Current + 1, store.Next(DateTimeOffset.UnixEpoch, 0).Epoch);
        Assert.Empty(restored.Manager.Alarms);
    }

    [Fact]
    public void An_epoch_that_cannot_be_saved_is_told_with_its_reason_not_used_and_tried_again()
    {
        using var world = new PhysicalWorld(82);
        var b = world.Start("b");
        var files = world.Issue("a");
        var before = world.Start("a", DialB, files);
        world.Until(() => b.IsLinkedTo(before), 10, "the link before", b, before);
        world.Run(5);
        before.Kill();
        world.Run(30);

        var store = new FullDisk();
        var restored = Restore(world, files, store);
        var told = new List<P2PNode.EpochNotSaved>();
        var listener = restored.System.ActorOf(Props.Create(() => new Listener(told)), "listener");
        restored.System.EventStream.Subscribe(listener, typeof(P2PNode.EpochNotSaved));
        world.Until(() => told.Count > 0, 60, "the failure", restored);
        Assert.Equal((before.Environment.Epoch, EpochFailure.DiskFull), (told[0].Seen, told[0].Failure));
        Assert.True(restored.Count("epoch.not-saved.disk-full") > 0);
        Assert.Equal(Behind, restored.Environment.Epochs.Current);

        store.IsFull = false;
        world.Until(() => restored.Count("epoch.learnt") == 1, 90, "another attempt", restored);
        Assert.True(restored.Environment.Epochs.Current > before.Environment.Epoch);
    }

    [Fact]
    public void Learning_has_an_end_so_two_holders_of_a_key_do_not_outbid_each_other_for_ever()
    {
        var epochs = new NodeEpoch(1, new MemoryEpochStore(), TimeProvider.System, static work => work());
        var results = new List<EpochResult>();
        for (var seen = 10ul; epochs.MayLearn; seen += 10)
        {
            epochs.Learn(seen, DateTimeOffset.UnixEpoch, results.Add);
        }

        epochs.Learn(1_000, DateTimeOffset.UnixEpoch, results.Add);
        Assert.Equal([11ul, 21ul, 31ul], results.Select(static result => result.Epoch));
        Assert.Equal(31ul, epochs.Current);
    }

    [Fact]
    public void An_earlier_run_that_is_shown_first_does_not_hold_the_node_below_what_others_have_seen()
    {
        using var world = new PhysicalWorld(86);
        var old = world.Start("old");
        var b = world.Start("b");
        var files = world.Issue("a");
        var first = world.Start("a", """actorp2p.network.peers = ["old:7000"]""", files);
        world.Until(() => old.IsLinkedTo(first), 10, "the first run", old, first);
        world.Run(5);
        first.Kill();
        world.Run(30);
        var second = world.Start("a", DialB, files);
        world.Until(() => b.IsLinkedTo(second), 10, "the second run", b, second);
        world.Run(5);
        second.Kill();
        world.Run(30);

        // Who knows of the first run alone is met first: a liar would choose to.
        world.Network.Partition("a", "b");
        var restored = Restore(world, files, new UndatedStore(), """actorp2p.network.peers = ["old:7000", "b:7000"]""");
        world.Until(() => restored.Environment.Epochs.Current > first.Environment.Epoch, 60, "an epoch above the first run's", old, restored);
        Assert.True(restored.Environment.Epochs.Current < second.Environment.Epoch);
        world.Network.Heal("a", "b");
        world.Until(() => restored.Environment.Epochs.Current > second.Environment.Epoch && b.IsLinkedTo(restored), 40, "the link to who knows of the second run", old, b, restored);
        Assert.Empty(restored.Manager.Alarms);
    }

    [Fact]
    public void What_is_shown_while_an_epoch_is_saved_is_exceeded_too()
    {
        var work = new Queue<Action>();
        var epochs = new NodeEpoch(1, new MemoryEpochStore(), TimeProvider.System, work.Enqueue);
        var results = new List<EpochResult>();
        epochs.Learn(10, DateTimeOffset.UnixEpoch, results.Add);
        epochs.Learn(30, DateTimeOffset.UnixEpoch, results.Add);
        epochs.Learn(20, DateTimeOffset.UnixEpoch, results.Add);
        Assert.Single(work).Invoke();
        Assert.Equal(31ul, Assert.Single(results).Epoch);
        Assert.Equal((31ul, true), (epochs.Current, epochs.MayLearn));
    }

    [Fact]
    public void After_the_last_epoch_there_is_none_to_learn()
    {
        var epochs = new NodeEpoch(1, new MemoryEpochStore(), TimeProvider.System, static work => work());
        var results = new List<EpochResult>();
        epochs.Learn(ulong.MaxValue, DateTimeOffset.UnixEpoch, results.Add);
        Assert.Equal(EpochFailure.Exhausted, Assert.Single(results).Failure);
        Assert.Equal((1ul, true), (epochs.Current, epochs.MayLearn));
    }

    [Fact]
    public void Another_holder_of_our_key_that_we_dial_is_an_alarm_by_its_handshake()
    {
        using var world = new PhysicalWorld(83);
        var files = world.Issue("twice");
        var first = world.Start("first", issued: files);
        world.Run(1);
        var second = world.Start("second", DialFirst, files);
        world.Until(() => second.Manager.Alarms.Count > 0, 20, "the alarm", first, second);
        Assert.Contains(new NetworkAlarm.OwnKeyElsewhere(second.Id, first.Environment.Epoch), second.Manager.Alarms);
    }

    [Fact]
    public void A_node_that_dials_itself_is_no_alarm()
    {
        using var world = new PhysicalWorld(84);
        var only = world.Start("first", DialFirst);
        world.Run(30);
        Assert.Empty(only.Manager.Alarms);
        Assert.Equal(0, only.Count("link.duplicate-identity"));
    }

    [Fact]
    public void A_goodbye_that_says_so_without_proof_is_a_hint_and_no_alarm()
    {
        using var world = new PhysicalWorld(85);
        var b = world.Start("b");
        var a = world.Start("a", DialB);
        world.Until(() => b.IsLinkedTo(a), 10, "the link", a, b);
        var link = b.Manager.Sessions[a.Id].Link;
        link.Tell(new Link.CloseLink(ReasonName.Of(LinkCloseReason.OlderEpoch)));
        world.Until(() => a.Count("link.duplicate-identity-hint") == 1, 10, "the hint", a, b);
        world.Run(10);
        Assert.Empty(a.Manager.Alarms);
        Assert.Equal(0, a.Count("link.duplicate-identity"));
    }

    private static PhysicalNode Restore(PhysicalWorld world, Protocol.Identity.Issuing.IssuedNode files, IEpochStore store, string config = DialB)
    {
        var time = world.Simulation.Time;
        var environment = world.CreateEnvironment("a", config, files) with
        {
            Epoch = Behind,
            Epochs = new NodeEpoch(Behind, store, time, static work => work()),
        };
        return new PhysicalNode(world, "a", environment, files);
    }

    private sealed class UndatedStore : IEpochStore
    {
        private readonly MemoryEpochStore _memory = new();

        public EpochResult Next(DateTimeOffset now, ulong atLeast) => _memory.Next(DateTimeOffset.UnixEpoch, atLeast);
    }

    private sealed class FullDisk : IEpochStore
    {
        private readonly MemoryEpochStore _memory = new();

        public bool IsFull { get; set; } = true;

        public EpochResult Next(DateTimeOffset now, ulong atLeast) =>
            IsFull ? new EpochResult(0, EpochFailure.DiskFull, "no space left") : _memory.Next(now, atLeast);
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(List<P2PNode.EpochNotSaved> told) => Receive<P2PNode.EpochNotSaved>(told.Add);
    }
}
