using Microsoft.Extensions.Logging;

namespace ActorP2P.EngineTests;

public sealed class LoggingTests() : EngineTest("akka { loglevel = INFO, log-dead-letters = 2 }")
{
    [Fact]
    public void Events_carry_source_level_text_and_cause()
    {
        var speaker = Sys.ActorOf(Props.Create(() => new Speaker()), "speaker");
        Sys.EventStream.Subscribe<LogEvent>(TestActor);
        speaker.Tell("warn");
        var warning = ExpectMsg<Warning>();
        Assert.Equal("peer 7 was slow for 1.50 s", warning.Message!.ToString());
        Assert.Equal(speaker.Path.ToString(), warning.LogSource);
        Assert.Equal(typeof(Speaker), warning.LogClass);
        Assert.IsType<TimeoutException>(warning.Cause);
        Assert.Contains("[WARNING]", warning.ToString());
    }

    [Fact]
    public void A_level_that_is_off_makes_no_event_and_allocates_nothing()
    {
        Sys.EventStream.Subscribe<LogEvent>(TestActor);
        Log.Debug("never {0}", 1);
        ExpectNoMsg(50);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Log.Debug("never {0} {1}", i, i);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("plain", new object[] { }, "plain")]
    [InlineData("{0} and {1}", new object[] { 1, "two" }, "1 and two")]
    [InlineData("{Peer} sent {Bytes:N0} bytes", new object[] { "a", 1234 }, "a sent 1,234 bytes")]
    [InlineData("too few {0} {1}", new object[] { 1 }, "too few 1 {1}")]
    [InlineData("broken {0", new object[] { 1 }, "broken {0")]
    [InlineData("{{literal}} {0}", new object[] { 1 }, "{literal} 1")]
    [InlineData("bad format {0:D}", new object[] { 1.5 }, "bad format 1.5")]
    public void A_template_is_filled_and_a_wrong_one_still_gives_text(string format, object[] args, string expected) =>
        Assert.Equal(expected, new LogMessage(format, args).ToString());

    [Fact]
    public void Dead_letters_are_logged_up_to_the_limit_and_suppressed_ones_never()
    {
        var gone = Watch(Sys.ActorOf(Props.Empty));
        Sys.Stop(gone);
        ExpectTerminated(gone);
        EventFilter.Info(contains: "was not delivered").Expect(2, () =>
        {
            gone.Tell(new Unimportant());
            for (var i = 0; i < 10; i++)
                gone.Tell(i);
        });
    }

    [Fact]
    public async Task A_logger_factory_gets_the_events_of_the_system()
    {
        using var provider = new Recorder();
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(provider));
        using var system = ActorSystem.Create("mel", new LoggerFactorySetup(factory).And(BootstrapSetup.Create().WithConfig("akka.loglevel = INFO")));
        system.ActorOf(Props.Create(() => new Speaker())).Tell("warn");
        await AwaitConditionAsync(() => provider.Lines.Contains($"Warning {typeof(Speaker).FullName}: peer 7 was slow for 1.50 s"), Limit);
        await system.Terminate().WaitAsync(Limit);
    }

    [Fact]
    public void Life_cycle_and_unhandled_messages_are_logged_on_request()
    {
        using var kit = new TestKit("akka { test.filter-leeway = 60s, loglevel = DEBUG, actor.debug { lifecycle = on, unhandled = on, receive = on, autoreceive = on } }");
        kit.EventFilter.Debug(start: "Started", contains: nameof(Speaker)).ExpectOne(() => kit.Sys.ActorOf(Props.Create(() => new Speaker()), "speaker"));
        kit.EventFilter.Debug(start: "Unhandled message").ExpectOne(() => kit.Sys.ActorSelection("/user/speaker").Tell(42));
        kit.EventFilter.Debug(start: "received handled message warn").ExpectOne(() => kit.Sys.ActorSelection("/user/speaker").Tell("warn"));
        kit.EventFilter.Debug(start: "received AutoReceiveMessage <PoisonPill>").ExpectOne(() => kit.Sys.ActorSelection("/user/speaker").Tell(PoisonPill.Instance));
    }

    private sealed record Unimportant : IDeadLetterSuppression;

    private sealed class Speaker : ReceiveActor, ILogReceive
    {
        public Speaker()
        {
            var log = Context.GetLogger();
            Receive<string>(_ => log.Warning(new TimeoutException(), "peer {0} was slow for {1:0.00} s", 7, 1.5));
        }
    }

    private sealed class Recorder : ILoggerProvider, ILogger
    {
        private readonly List<string> _lines = [];
        private string _category = "";

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public ILogger CreateLogger(string categoryName)
        {
            _category = categoryName;
            return this;
        }

        public void Dispose()
        {
        }

        IDisposable? ILogger.BeginScope<TState>(TState state) => null;

        bool ILogger.IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        void ILogger.Log<TState>(Microsoft.Extensions.Logging.LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
                _lines.Add($"{logLevel} {_category}: {formatter(state, exception)}".Replace($"[{((LogEvent)(object)state!).LogSource}] ", "", StringComparison.Ordinal));
        }
    }
}
