namespace ActorP2P.EngineTests;

/// <summary>Who runs a mailbox when: the slot of a thread, its rescue and its bounds.</summary>
public sealed class DispatchTests() : EngineTest("akka { loglevel = WARNING, log-dead-letters = off }")
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task A_handler_that_blocks_on_an_ask_to_an_actor_it_has_just_woken_completes(int atOnce)
    {
        var results = await Task.WhenAll(Enumerable.Range(0, atOnce).Select(i =>
        {
            var (asking, asked) = (NewDoer(), NewDoer());
            return asking.Ask<bool>(new Do(self => self.Answer(Waited(asked.Ask<int>(i, Limit)))), Limit);
        }));
        Assert.All(results, Assert.True);
    }

    [Fact]
    public async Task An_actor_woken_by_a_handler_that_goes_on_computing_is_run_by_another_thread()
    {
        var (busy, woken) = (NewDoer(), NewDoer());
        var seen = 0;
        var answer = await busy.Ask<bool>(new Do(self =>
        {
            woken.Tell(new Do(_ => Volatile.Write(ref seen, 1)));
            self.Answer(SpinWait.SpinUntil(() => Volatile.Read(ref seen) == 1, Limit));
        }), Limit);
        Assert.True(answer);
    }

    [Fact]
    public async Task All_actors_that_one_handler_wakes_run_while_it_still_waits_for_them()
    {
        const int count = 20;
        var (busy, woken) = (NewDoer(), Enumerable.Range(0, count).Select(_ => NewDoer()).ToArray());
        using var all = new CountdownEvent(count);
        Assert.True(await busy.Ask<bool>(new Do(self =>
        {
            foreach (var one in woken)
                one.Tell(new Do(_ => all.Signal()));
            self.Answer(all.Wait(Limit));
        }), Limit));
    }

    [Fact]
    public async Task The_monitor_sleeps_when_no_slot_is_used_and_wakes_when_one_is()
    {
        for (var round = 0; round < 2; round++)
        {
            await A_handler_that_blocks_on_an_ask_to_an_actor_it_has_just_woken_completes(1);
            await AwaitConditionAsync(() => Task.FromResult(!SlotMonitor.IsAwake), Limit);
        }
    }

    [Fact]
    public async Task Pairs_that_talk_for_ever_leave_room_for_others()
    {
        var pairs = Enumerable.Range(0, 4 * Environment.ProcessorCount).Select(_ => (Left: NewDoer(), Right: NewDoer())).ToArray();
        foreach (var (left, right) in pairs)
        {
            for (var i = 0; i < 100; i++)
                left.Tell(i, right);
        }

        var bystander = NewDoer();
        for (var i = 0; i < 20; i++)
            Assert.Equal(i, await bystander.Ask<int>(i, Limit));
        foreach (var (left, right) in pairs)
        {
            Sys.Stop(left);
            Sys.Stop(right);
        }
    }

    [Fact]
    public async Task What_an_actor_leaves_in_its_execution_context_does_not_reach_the_next_one_on_its_thread()
    {
        var ambient = new AsyncLocal<string?>();
        var (first, second) = (NewDoer(), NewDoer());
        for (var i = 0; i < 200; i++)
        {
            var seen = await first.Ask<string>(new Do(self =>
            {
                var sender = self.Asker;
                ambient.Value = "left behind";
                SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
                second.Tell(new Do(_ => sender.Tell($"{ambient.Value}{SynchronizationContext.Current}")));
            }), Limit);
            Assert.Equal("", seen);
        }
    }

    [Fact]
    public async Task The_sender_is_known_at_any_depth_of_calls_and_refused_to_another_thread_while_the_handler_runs()
    {
        var actor = NewDoer();
        Assert.Equal("asker", await actor.Ask<string>(new Do(self => self.Answer(Deep(2000, () => self.Asker.IsNobody() ? "nobody" : "asker"))), Limit));
        var refusal = await actor.Ask<Exception>(new Do(self =>
        {
            Exception? caught = null;
            var other = new Thread(() => caught = Record.Exception(() => self.Asker));
            other.Start();
            other.Join();
            self.Answer(caught!);
        }), Limit);
        Assert.IsType<NotSupportedException>(refusal);
    }

    [Fact]
    public async Task Actors_on_the_calling_thread_inside_another_actors_handler_see_their_own_sender()
    {
        var outer = NewDoer();
        var inner = Sys.ActorOf(Props.Create(() => new Doer()).WithDispatcher("akka.test.calling-thread-dispatcher"));
        var probe = CreateTestProbe();
        await outer.Ask<bool>(new Do(self =>
        {
            inner.Tell("hello", probe);
            self.Answer(true);
        }), Limit);
        await probe.ExpectMsgAsync("hello", Limit);
        Assert.Equal(inner, probe.LastSender);
    }

    private static string Deep(int depth, Func<string> read)
    {
        Span<byte> frame = stackalloc byte[64];
        frame.Fill((byte)depth);
        return depth == 0 ? read() : Deep(depth - 1, read) + (frame[0] == (byte)depth ? "" : "?");
    }

    private static bool Waited(Task task) => ((IAsyncResult)task).AsyncWaitHandle.WaitOne(Limit) && task.IsCompletedSuccessfully;

    private IActorRef NewDoer() => Sys.ActorOf(Props.Create(() => new Doer()));

    private sealed record Do(Action<Doer> Action);

    /// <summary>Does what it is told and echoes the rest.</summary>
    private sealed class Doer : UntypedActor
    {
        public IActorRef Asker => Sender;

        public void Answer(object answer) => Sender.Tell(answer, Self);

        protected override void OnReceive(object message)
        {
            if (message is Do order)
                order.Action(this);
            else
                Sender.Tell(message, Self);
        }
    }
}
