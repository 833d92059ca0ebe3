namespace ActorP2P.EngineTests;

/// <summary>Everything at once for a while: spawning, failing, watching, stopping, with an account of every message.</summary>
public sealed class SoakTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_message_is_handled_or_a_dead_letter_and_every_watch_ends_in_one_notice(int seed)
    {
        const int drivers = 4, operations = 20_000;
        var account = new Account();
        using var system = ActorSystem.Create("soak", "akka.loglevel = OFF");
        system.EventStream.Subscribe(new DeadLetterCounter(system, account), typeof(DeadLetter));
        var supervisors = Enumerable.Range(0, 20).Select(_ => system.ActorOf(Props.Create(() => new Supervisor(account, new List<IActorRef>())))).ToArray();
        await Task.WhenAll(Enumerable.Range(0, drivers).Select(driver => Task.Run(() => Drive(supervisors, account, new Random((seed * 100) + driver), operations))));
        foreach (var supervisor in supervisors)
            Assert.True(await supervisor.GracefulStop(Limit));
        await Settled(() => account.Handled + account.Dead == account.Sent, account);
        Assert.Equal(account.Watched, account.Noticed + account.UnwatchedByEnd);
        await system.Terminate().WaitAsync(Limit);
    }

    private static void Drive(IActorRef[] supervisors, Account account, Random random, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            account.OneSent();
            object message = random.Next(20) switch
            {
                0 => new Fail(),
                1 => new Spawn(),
                2 => new StopOne(random.Next()),
                _ => new Work(random.Next(), random.Next(50) == 0),
            };
            supervisors[random.Next(supervisors.Length)].Tell(message, ActorRefs.NoSender);
        }
    }

    private static async Task Settled(Func<bool> condition, Account account)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, $"sent {account.Sent}, handled {account.Handled}, dead {account.Dead}");
            await Task.Yield();
        }
    }

    private sealed record Work(int Pick, bool Fails);

    private sealed record Fail;

    private sealed record Spawn;

    private sealed record StopOne(int Pick);

    private sealed class Account
    {
        private long _sent, _handled, _dead, _watched, _noticed, _unwatchedByEnd;

        public long Sent => Volatile.Read(ref _sent);

        public long Handled => Volatile.Read(ref _handled);

        public long Dead => Volatile.Read(ref _dead);

        public long Watched => Volatile.Read(ref _watched);

        public long Noticed => Volatile.Read(ref _noticed);

        public long UnwatchedByEnd => Volatile.Read(ref _unwatchedByEnd);

        public void OneSent() => Interlocked.Increment(ref _sent);

        public void OneHandled() => Interlocked.Increment(ref _handled);

        public void OneDead() => Interlocked.Increment(ref _dead);

        public void OneWatched() => Interlocked.Increment(ref _watched);

        public void OneNoticed() => Interlocked.Increment(ref _noticed);

        public void Unwatched(int count) => Interlocked.Add(ref _unwatchedByEnd, count);
    }

    private sealed class DeadLetterCounter(ActorSystem system, Account account) : MinimalActorRef
    {
        public override ActorPath Path { get; } = ((ExtendedActorSystem)system).Provider.TempPath();

        public override IActorRefProvider Provider => ((ExtendedActorSystem)system).Provider;

        protected override void TellInternal(object message, IActorRef sender)
        {
            if (message is DeadLetter { Message: Work or Fail or Spawn or StopOne })
                account.OneDead();
        }
    }

    /// <summary>Remembers whom it watches beyond its own restarts, for a notice that waits in the mailbox survives them too.</summary>
    private sealed class Supervisor(Account account, List<IActorRef> watched) : UntypedActor
    {
        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(3, TimeSpan.FromMilliseconds(50), static _ => Directive.Restart);

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Terminated ended:
                    account.OneNoticed();
                    Assert.True(watched.Remove(ended.ActorRef));
                    return;
                case Work work when watched.Count > 0:
                    // Handled where it goes to.
                    watched[work.Pick % watched.Count].Tell(work, ActorRefs.NoSender);
                    return;
                case StopOne stop when watched.Count > 0:
                    Context.Stop(watched[stop.Pick % watched.Count]);
                    break;
                case Spawn:
                    watched.Add(Context.Watch(Context.ActorOf(Props.Create(() => new Worker(account)))));
                    account.OneWatched();
                    break;
                case Fail:
                    account.OneHandled();
                    throw new InvalidOperationException("asked to");
            }

            account.OneHandled();
        }

        protected override void PreRestart(Exception reason, object message)
        {
            foreach (var child in Context.GetChildren())
            {
                Context.Unwatch(child);
                Context.Stop(child);
                if (watched.Remove(child))
                    account.Unwatched(1);
            }
        }

        protected override void PostStop() => account.Unwatched(watched.Count);
    }

    private sealed class Worker(Account account) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            account.OneHandled();
            if (message is Work { Fails: true })
                throw new InvalidOperationException("asked to");
        }
    }
}
