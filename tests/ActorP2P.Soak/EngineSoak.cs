using System.Diagnostics;

namespace ActorP2P.Soak;

/// <summary>
/// Rounds of everything at once on one system: spawning, failing, watching, stopping, stashing, asking, timers. After a round
/// every message was handled or became a dead letter, every watch ended in one notice, no instance and no timer is left; over
/// the rounds the memory stays where it was. Drivers wait when too much is under way, as a protocol with a window does, so that
/// dead letters are what stopped and failed actors had in their mailboxes, and not the whole of a flood.
/// </summary>
internal sealed class EngineSoak : IAsyncDisposable
{
    private const int Supervisors = 20;
    private const int Drivers = 3;
    private const int WarmUpRounds = 3;
    private const int MaxUnderWay = 600;
    private const double AllowedGrowth = 1.25;
    private const long AllowedGrowthBytes = 8 << 20;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AskLimit = TimeSpan.FromMilliseconds(250);

    private readonly Account _account = new();
    private readonly ActorSystem _system = ActorSystem.Create("soak", "akka { loglevel = OFF, log-dead-letters = off }");
    private readonly int _operations;
    private long _baseBytes;
    private long _bytes;
    private int _rounds;

    /// <summary>A soak whose drivers do that many operations a round, each.</summary>
    internal EngineSoak(int operations = 100_000)
    {
        _operations = operations;
        _system.EventStream.Subscribe(_system.ActorOf(Props.Create(() => new Undertaker(_account)), "undertaker"), typeof(DeadLetter));
    }

    public async ValueTask DisposeAsync() => await _system.Terminate().WaitAsync(Limit);

    /// <summary>One round; what it does follows from the seed, in what order does not.</summary>
    /// <returns>A line about it.</returns>
    internal async Task<string> RunRoundAsync(int seed)
    {
        var start = Stopwatch.GetTimestamp();
        var sent = _account[Entry.Sent];
        var supervisors = Enumerable.Range(0, Supervisors).Select(_ => _system.ActorOf(Props.Create(() => new Supervisor(_account, new List<IActorRef>())))).ToArray();
        await Task.WhenAll(Enumerable.Range(0, Drivers).Select(driver => Task.Run(() => DriveAsync(supervisors, new Random(HashCode(seed, driver))))));
        await UntilAsync(() => _account.UnderWay == 0, () => $"seed {seed}: {_account.UnderWay} messages still under way");
        foreach (var supervisor in supervisors)
        {
            if (!await supervisor.GracefulStop(Limit))
                throw new SoakException($"seed {seed}: {supervisor} did not end");
        }

        await SettleAsync(seed);
        CheckMemory(seed);
        return $"seed {seed}: {_account[Entry.Sent] - sent} messages in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s, {_bytes >> 10} KiB live";
    }

    /// <summary>All counts so far.</summary>
    internal string Summary() =>
        string.Join(", ", Enum.GetValues<Entry>().Select(entry => $"{entry.ToString().ToLowerInvariant()} {_account[entry]}"))
        + $"; {100.0 * _account[Entry.Dead] / Math.Max(1, _account[Entry.Sent]):F1} % dead letters"
        + $"; live {_baseBytes >> 10} KiB after {WarmUpRounds} rounds, {_bytes >> 10} KiB at the end";

    // System.HashCode is seeded afresh in every process.
    private static int HashCode(int seed, int driver) => unchecked((seed * 397) ^ driver);

    private async Task DriveAsync(IActorRef[] supervisors, Random random)
    {
        for (var i = 0; i < _operations; i++)
        {
            if (_account.UnderWay > MaxUnderWay)
                await UntilAsync(() => _account.UnderWay <= MaxUnderWay / 2, () => $"{_account.UnderWay} messages do not move");
            var supervisor = supervisors[random.Next(supervisors.Length)];
            var pick = random.Next();
            _account.Add(Entry.Sent);
            switch (random.Next(1000))
            {
                case 0:
                    supervisor.Tell(new Fail(), ActorRefs.NoSender);
                    break;
                case < 11:
                    supervisor.Tell(new Spawn(Unborn: pick % 20 == 0), ActorRefs.NoSender);
                    break;
                case < 18:
                    supervisor.Tell(new StopOne(pick), ActorRefs.NoSender);
                    break;
                case < 60:
                    supervisor.Tell(new SetAside(pick, GiveBack: random.Next(8) != 0), ActorRefs.NoSender);
                    break;
                case < 80:
                    supervisor.Tell(new Remind(pick, DelayMs: 1 + random.Next(100)), ActorRefs.NoSender);
                    break;
                case < 100:
                    Ask(supervisor, new Question(pick));
                    break;
                default:
                    supervisor.Tell(new Work(pick, Fails: random.Next(500) == 0), ActorRefs.NoSender);
                    break;
            }
        }
    }

    private void Ask(IActorRef supervisor, Question question)
    {
        _account.Add(Entry.Asked);
        supervisor.Ask<int>(question, AskLimit).ContinueWith(
            answer => _account.Add(answer switch
            {
                { IsCompletedSuccessfully: true } => Entry.Answered,
                { Exception.InnerException: AskTimeoutException } => Entry.TimedOut,
                _ => Entry.Broken,
            }),
            TaskScheduler.Default);
    }

    private Task SettleAsync(int seed) => UntilAsync(() => Left() is null, () => $"seed {seed}: {Left()}");

    private static async Task UntilAsync(Func<bool> holds, Func<string> otherwise)
    {
        var start = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(start) > Limit)
                throw new SoakException(otherwise());
            await Task.Delay(TimeSpan.FromMilliseconds(1));
        }
    }

    private string? Left() => _account.Imbalance()
        ?? (_system.Scheduler is TimerWheelScheduler { Pending: > 0 and var pending } ? $"{pending} timers left" : null);

    private void CheckMemory(int seed)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        _bytes = GC.GetTotalMemory(forceFullCollection: true);
        if (++_rounds == WarmUpRounds)
            _baseBytes = _bytes;
        if (_rounds > WarmUpRounds && _bytes > (_baseBytes * AllowedGrowth) + AllowedGrowthBytes)
            throw new SoakException($"seed {seed}: {_bytes} bytes live, {_baseBytes} after {WarmUpRounds} rounds");
    }
}
