namespace ActorP2P.EngineTests;

public sealed class MailboxTests() : EngineTest("""
    akka { loglevel = WARNING, log-dead-letters = off }
    small { mailbox-type = "Akka.Dispatch.BoundedMailbox, Akka", mailbox-capacity = 3 }
    control { mailbox-type = "Akka.Dispatch.UnboundedControlAwareMailbox, Akka" }
    wrong { mailbox-type = "No.Such.Mailbox" }
    one-at-a-time { type = Dispatcher, throughput = 1 }
    """)
{
    [Theory]
    [InlineData("akka.actor.default-dispatcher", null)]
    [InlineData("one-at-a-time", null)]
    [InlineData("akka.test.calling-thread-dispatcher", null)]
    [InlineData("akka.actor.default-dispatcher", "control")]
    public async Task Messages_of_one_sender_to_one_receiver_arrive_in_order_and_complete(string dispatcher, string? mailbox)
    {
        const int senders = 4, each = 50_000;
        var props = Props.Create(() => new OrderChecker(senders, each, TestActor)).WithDispatcher(dispatcher);
        var receiver = Sys.ActorOf(mailbox is null ? props : props.WithMailbox(mailbox));
        await Task.WhenAll(Enumerable.Range(0, senders).Select(sender => Task.Run(() =>
        {
            for (var i = 0; i < each; i++)
                receiver.Tell((sender, i));
        })));
        await ExpectMsgAsync("all in order", Limit);
    }

    [Fact]
    public async Task Bursts_that_make_the_queue_grow_and_shrink_lose_no_message_and_no_order()
    {
        const int senders = 3, each = 7000;
        for (var round = 0; round < 30; round++)
        {
            var receiver = Sys.ActorOf(Props.Create(() => new OrderChecker(senders, 2 * each, TestActor)));
            for (var burst = 0; burst < 2; burst++)
            {
                var first = burst * each;
                await Task.WhenAll(Enumerable.Range(0, senders).Select(sender => Task.Run(() =>
                {
                    for (var i = first; i < first + each; i++)
                        receiver.Tell((sender, i));
                })));
                // An answer comes after all messages before it: the queue has been empty in between, and may have shrunk.
                await receiver.Ask<ActorIdentity>(new Identify(burst), Limit);
            }

            await ExpectMsgAsync("all in order", Limit);
            Sys.Stop(receiver);
        }
    }

    [Fact]
    public void A_bounded_mailbox_sends_what_is_too_much_to_dead_letters_and_never_blocks()
    {
        var gate = new TaskCompletionSource();
        var actor = Sys.ActorOf(Props.Create(() => new GatedEcho(gate.Task, TestActor)).WithMailbox("small"));
        actor.Tell("first");
        ExpectMsg("got first");
        EventFilter.DeadLetter<string>().Expect(7, () =>
        {
            for (var i = 0; i < 10; i++)
                actor.Tell($"m{i}");
        });
        gate.SetResult();
        ExpectMsg("got m0");
        ExpectMsg("got m1");
        ExpectMsg("got m2");
        ExpectNoMsg();
    }

    [Fact]
    public void A_control_message_overtakes_others()
    {
        var gate = new TaskCompletionSource();
        var actor = Sys.ActorOf(Props.Create(() => new GatedEcho(gate.Task, TestActor)).WithMailbox("control"));
        actor.Tell("first");
        ExpectMsg("got first");
        actor.Tell("second");
        actor.Tell(new Control());
        gate.SetResult();
        ExpectMsg("got control");
        ExpectMsg("got second");
    }

    [Fact]
    public void A_mailbox_or_dispatcher_that_is_unknown_is_a_typed_error()
    {
        Assert.Throws<ConfigurationException>(() => Sys.ActorOf(Props.Empty.WithMailbox("wrong")));
        Assert.Throws<ConfigurationException>(() => Sys.ActorOf(Props.Empty.WithMailbox("missing")));
        Assert.Throws<ConfigurationException>(() => Sys.ActorOf(Props.Empty.WithDispatcher("missing")));
        Assert.NotNull(Sys.ActorOf(Props.Empty, "and-the-guardian-goes-on"));
    }

    [Fact]
    public void Null_is_not_a_message() => Assert.Throws<InvalidMessageException>(() => TestActor.Tell(null!));

    [Fact]
    public async Task A_flooding_actor_does_not_starve_the_others()
    {
        var flooders = Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => Sys.ActorOf(Props.Create(() => new SelfFlooding()))).ToArray();
        foreach (var flooder in flooders)
            flooder.Tell("go");
        var echo = Sys.ActorOf(Props.Create(() => new Echo()));
        for (var i = 0; i < 100; i++)
            Assert.Equal(i, await echo.Ask<int>(i, Limit));
        foreach (var flooder in flooders)
            await flooder.GracefulStop(Limit);
    }

    [Fact]
    public async Task Messages_to_an_ended_actor_become_dead_letters_one_for_one()
    {
        const int senders = 4, each = 5000;
        var counted = Sys.ActorOf(Props.Create(() => new Counting()));
        var dead = Sys.ActorOf(Props.Create(() => new Counting()));
        Sys.EventStream.Subscribe<DeadLetter>(dead);
        var sending = Enumerable.Range(0, senders).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < each; i++)
                counted.Tell(i);
        })).ToArray();
        var handled = counted.Ask<int>("stop and say how many", Limit);
        await Task.WhenAll(sending);
        var lived = await handled;
        await AwaitConditionAsync(async () => lived + await dead.Ask<int>("count", Limit) == senders * each, Limit);
    }

    private sealed class Control : IControlMessage
    {
        public override string ToString() => "control";
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    private sealed class SelfFlooding : UntypedActor
    {
        protected override void OnReceive(object message) => Self.Tell(message);
    }

    private sealed class Counting : ReceiveActor
    {
        private int _count;

        public Counting()
        {
            Receive<int>(_ => _count++);
            Receive<DeadLetter>(d => d.Message is int, _ => _count++);
            Receive<string>(s => s == "count", _ => Sender.Tell(_count));
            Receive<string>(_ =>
            {
                Sender.Tell(_count);
                Context.Stop(Self);
            });
        }
    }

    private sealed class GatedEcho(Task gate, IActorRef log) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            log.Tell($"got {message}");
            ((IAsyncResult)gate).AsyncWaitHandle.WaitOne();
        }
    }

    private sealed class OrderChecker : ReceiveActor
    {
        private readonly int[] _next;
        private int _total;

        public OrderChecker(int senders, int each, IActorRef log)
        {
            _next = new int[senders];
            Receive<(int Sender, int Number)>(m =>
            {
                if (m.Number != _next[m.Sender]++)
                    log.Tell($"sender {m.Sender}: {m.Number} out of order");
                if (++_total == senders * each)
                    log.Tell("all in order");
            });
        }
    }
}
