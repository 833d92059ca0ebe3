namespace ActorP2P.EngineTests;

public sealed class DeathWatchTests() : EngineTest("akka.loglevel = WARNING")
{
    [Fact]
    public void The_notice_comes_exactly_once_however_often_one_watches()
    {
        var target = Sys.ActorOf(Props.Empty);
        Watch(target);
        Watch(target);
        Sys.Stop(target);
        ExpectTerminated(target);
        ExpectNoMsg();
    }

    [Fact]
    public void Watching_a_dead_actor_gives_a_notice_at_once()
    {
        var target = Sys.ActorOf(Props.Empty);
        Watch(target);
        Sys.Stop(target);
        ExpectTerminated(target);
        Watch(target);
        Assert.False(ExpectTerminated(target).ExistenceConfirmed);
    }

    [Fact]
    public void Watching_what_never_was_gives_a_notice_at_once()
    {
        var provider = ((ExtendedActorSystem)Sys).Provider;
        var nobody = provider.ResolveActorRef($"akka://{Sys.Name}/user/never");
        Watch(nobody);
        Assert.False(ExpectTerminated(nobody).ExistenceConfirmed);
    }

    [Fact]
    public void An_unwatch_takes_back_even_a_notice_that_waits_in_the_mailbox()
    {
        var target = Sys.ActorOf(Props.Empty, "target");
        var gate = new TaskCompletionSource();
        var watcher = Sys.ActorOf(Props.Create(() => new Regretful(target, TestActor, gate.Task)));
        watcher.Tell("watch");
        ExpectMsg("watching");
        Watch(target);
        Sys.Stop(target);
        // Watchers are told in the order in which they came, so by now the notice is with the other watcher too.
        ExpectTerminated(target);
        gate.SetResult();
        ExpectMsg("done", Limit);
        ExpectNoMsg();
    }

    [Fact]
    public void Watch_with_delivers_the_message_given()
    {
        var target = Sys.ActorOf(Props.Empty);
        var watcher = Sys.ActorOf(Props.Create(() => new WatchingWith(target, TestActor)));
        watcher.Tell("ready?");
        ExpectMsg("ready?");
        Sys.Stop(target);
        ExpectMsg("it is gone");
    }

    [Fact]
    public void A_notice_that_is_not_handled_breaks_the_death_pact()
    {
        var target = Sys.ActorOf(Props.Empty);
        var watcher = Watch(Sys.ActorOf(Props.Create(() => new Pact(target, TestActor))));
        ExpectMsg("ready");
        EventFilter.Exception<DeathPactException>().ExpectOne(() => Sys.Stop(target));
        ExpectTerminated(watcher);
    }

    [Fact]
    public void A_parent_hears_of_its_child_once_when_it_watches_it()
    {
        var parent = Sys.ActorOf(Props.Create(() => new WatchingParent(TestActor)));
        parent.Tell("stop child");
        ExpectMsg("child ended");
        parent.Tell("ping");
        ExpectMsg("ping");
        ExpectNoMsg(50);
    }

    [Fact]
    public async Task Thousands_of_watches_race_with_ends_and_each_gets_its_notice()
    {
        const int count = 5000;
        var targets = Enumerable.Range(0, count).Select(_ => Sys.ActorOf(Props.Empty)).ToArray();
        var watching = Task.Run(() =>
        {
            foreach (var target in targets)
                Watch(target);
        });
        var stopping = Task.Run(() =>
        {
            foreach (var target in targets)
                Sys.Stop(target);
        });
        await Task.WhenAll(watching, stopping);
        var ended = ReceiveN(count, Limit).Cast<Terminated>().Select(t => t.ActorRef).ToHashSet();
        Assert.Equal(count, ended.Count);
        ExpectNoMsg();
    }

    [Fact]
    public void An_actor_that_watches_itself_is_told_nothing_and_ends_in_order()
    {
        var self = Watch(Sys.ActorOf(Props.Create(() => new SelfWatching())));
        self.Tell(PoisonPill.Instance);
        ExpectTerminated(self);
    }

    private sealed class SelfWatching : UntypedActor
    {
        protected override void PreStart() => Context.Watch(Self);

        protected override void OnReceive(object message)
        {
        }
    }

    private sealed class Regretful(IActorRef target, IActorRef log, Task gate) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Terminated:
                    log.Tell("unwanted notice");
                    break;
                case "unwatch":
                    Context.Unwatch(target);
                    Self.Tell("finish");
                    break;
                case "finish":
                    log.Tell("done");
                    break;
                default:
                    Context.Watch(target);
                    log.Tell("watching");
                    ((IAsyncResult)gate).AsyncWaitHandle.WaitOne();
                    Self.Tell("unwatch");
                    break;
            }
        }
    }

    private sealed class WatchingWith(IActorRef target, IActorRef log) : UntypedActor
    {
        protected override void PreStart() => Context.WatchWith(target, "it is gone");

        protected override void OnReceive(object message) => log.Tell(message);
    }

    private sealed class Pact(IActorRef target, IActorRef log) : ReceiveActor
    {
        protected override void PreStart()
        {
            Context.Watch(target);
            log.Tell("ready");
        }
    }

    private sealed class WatchingParent : ReceiveActor
    {
        public WatchingParent(IActorRef log)
        {
            var child = Context.ActorOf(Props.Empty, "child");
            Context.Watch(child);
            Receive<string>(s => s == "stop child", _ => Context.Stop(child));
            Receive<Terminated>(_ => log.Tell("child ended"));
            ReceiveAny(m => log.Tell(m));
        }
    }
}
