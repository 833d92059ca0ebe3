using ActorP2P.Protocol.Frames;

namespace ActorP2P.Tests.Manager;

/// <summary>Modules that acknowledge nothing: their mailboxes have a bound all the same.</summary>
public sealed class ModuleMailboxTests : ActorTest
{
    private const string Ns = TestMembers.Ledger;

    [Fact]
    public void A_busy_modules_mailbox_holds_its_window_and_the_rest_waits_and_comes_in_order()
    {
        var pair = new LogicalPair(this, TestMembers.Settings("modules.window-messages = 4"));
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Register(pair, gate.Task);
        for (byte i = 0; i < 20; i++)
        {
            Send(pair, [i]);
        }

        // It has taken one to work on; a mark may have told so before the rest came.
        AwaitCondition(() => pair.Right.Counters.Value("slot.waited") >= 15, Soon);
        gate.SetResult();
        for (byte i = 0; i < 20; i++)
        {
            Assert.Equal(i, ExpectMsg<Delivery>(Soon).Payload.Span[0]);
        }
    }

    [Fact]
    public void Bytes_bound_a_mailbox_too_and_a_message_larger_than_that_passes_alone()
    {
        var pair = new LogicalPair(this, TestMembers.Settings("modules.window-bytes = 1 KiB"));
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Register(pair, gate.Task);
        for (byte i = 0; i < 10; i++)
        {
            Send(pair, [i, .. new byte[2000]]);
        }

        AwaitCondition(() => pair.Right.Counters.Value("slot.waited") >= 8, Soon);
        gate.SetResult();
        for (byte i = 0; i < 10; i++)
        {
            Assert.Equal(i, ExpectMsg<Delivery>(Soon).Payload.Span[0]);
        }
    }

    [Fact]
    public void A_confirmed_unicast_is_sent_when_it_is_in_the_mailbox()
    {
        var pair = new LogicalPair(this, TestMembers.Settings("modules.window-messages = 1"));
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Register(pair, gate.Task);
        pair.Left.Ask<Sent>(CreateTestProbe(), new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", default, Confirm: true));
        Assert.False(HasMessages);
        gate.SetResult();
        ExpectMsg<Delivery>(Soon);
    }

    [Fact]
    public void A_reference_without_a_mailbox_is_never_waited_for()
    {
        var pair = new LogicalPair(this, TestMembers.Settings("modules.window-messages = 1"));
        var plain = new PlainRef(TestActor);
        pair.Right.Ask<Registered>(CreateTestProbe(), new NamespaceRouter.Register(Ns, "vote", plain));
        for (byte i = 0; i < 20; i++)
        {
            Send(pair, [i]);
        }

        for (byte i = 0; i < 20; i++)
        {
            Assert.Equal(i, ExpectMsg<Delivery>(Soon).Payload.Span[0]);
        }

        Assert.Equal(0, pair.Right.Counters.Value("slot.waited"));
    }

    [Fact]
    public void What_waits_goes_on_when_the_namespace_started_afresh()
    {
        var pair = new LogicalPair(this, TestMembers.Settings("modules.window-messages = 2"));
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Register(pair, gate.Task);
        for (byte i = 0; i < 10; i++)
        {
            Send(pair, [i]);
        }

        AwaitCondition(() => pair.Right.Counters.Value("slot.waited") >= 7, Soon);
        pair.Right.TellInside("multicast", new Multicast.UseTopics(null!));
        pair.Right.GrantSlot();
        gate.SetResult();
        for (byte i = 0; i < 10; i++)
        {
            Assert.Equal(i, ExpectMsg<Delivery>(Soon).Payload.Span[0]);
        }
    }

    [Fact]
    public void A_slow_module_of_a_broadcast_is_fed_as_it_works()
    {
        var pair = new LogicalPair(this, TestMembers.Settings("modules.window-messages = 2"));
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Register(pair, gate.Task);
        var sender = CreateTestProbe();
        for (byte i = 0; i < 10; i++)
        {
            pair.Left.Ask<Published>(sender, new NamespaceRouter.Broadcast(Ns, "vote", new[] { i }));
        }

        AwaitCondition(() => pair.Right.Counters.Value("slot.waited") >= 7, Soon);
        gate.SetResult();
        var seen = Enumerable.Range(0, 10).Select(_ => ExpectMsg<Delivery>(Soon).Payload.Span[0]).Order();
        Assert.Equal(Enumerable.Range(0, 10), seen.Select(static number => (int)number));
    }

    private static void Send(LogicalPair pair, byte[] payload) =>
        pair.Left.Router.Tell(new NamespaceRouter.Unicast(Ns, pair.Right.Id, "vote", payload), ActorRefs.NoSender);

    private void Register(LogicalPair pair, Task gate)
    {
        var observer = TestActor;
        var module = Sys.ActorOf(Props.Create(() => new GatedModule(gate, observer)));
        pair.Right.Ask<Registered>(CreateTestProbe(), new NamespaceRouter.Register(Ns, "vote", module, Lane.Request));
    }

    /// <summary>Works on its first message until the gate opens, and meanwhile takes nothing out of its mailbox.</summary>
    private sealed class GatedModule : ReceiveActor
    {
        public GatedModule(Task gate, IActorRef observer) => ReceiveAsync<Delivery>(async delivery =>
        {
            await gate;
            observer.Tell(delivery);
        });
    }

    private sealed class PlainRef(IActorRef target) : MinimalActorRef
    {
        public override ActorPath Path => target.Path / "plain";

        public override IActorRefProvider Provider => ((IInternalActorRef)target).Provider;

        protected override void TellInternal(object message, IActorRef sender) => target.Tell(message, sender);
    }
}
