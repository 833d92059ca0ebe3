using ActorP2P.Tests.Manager;
using ActorP2P.Transport;

namespace ActorP2P.Tests.Physical;

/// <summary>What the transport tells about connections that come in, and the places that it costs or gives back.</summary>
public sealed class ListenersTests : ActorTest
{
    private const int Places = 4;

    private static readonly TransportFailure Failed = new(TransportFailureReason.SocketError, "reset");

    [Fact]
    public void An_accept_that_was_lost_gives_back_no_place_for_it_never_had_one()
    {
        var sink = Attached(out var environment);
        FillPlaces(sink);
        for (var i = 0; i < 100; i++)
        {
            sink.AcceptLost(Failed);
        }

        Assert.False(sink.MayAccept("127.0.0.1"));
        Assert.Equal(100, environment.Counters.Value("accept.lost.socket-error"));
        Assert.Equal(1, environment.Counters.Value("link.refused.too-many-half-open"));
    }

    [Fact]
    public void An_admitted_connection_that_fails_gives_back_its_own_place_and_no_other()
    {
        var sink = Attached(out _);
        FillPlaces(sink);
        sink.AcceptFailed("127.0.0.1", Failed, TimeSpan.Zero);
        Assert.True(sink.MayAccept("127.0.0.1"));
        Assert.False(sink.MayAccept("127.0.0.1"));
    }

    // Strangers have all places but the last quarter.
    private static void FillPlaces(IListenSink sink)
    {
        for (var i = 0; i < Places * 3 / 4; i++)
        {
            Assert.True(sink.MayAccept("127.0.0.1"));
        }
    }

    private IListenSink Attached(out NodeEnvironment environment)
    {
        var port = new SinkPort();
        var settings = TestMembers.Settings($$"""
            network.listen = ["127.0.0.1:0"]
            admission { max-half-open = {{Places}}, rate-per-second = 100000, burst = 100000, cpu-share = 1 }
            """);
        environment = TestMembers.Environment(0, settings, port);
        new Listeners(environment).Attach(CreateTestProbe().Ref);
        return port.Sink!;
    }

    private sealed class SinkPort : ITransportPort
    {
        public IListenSink? Sink { get; private set; }

        public void Listen(string endpoint, IListenSink sink) => Sink = sink;

        public void Dial(DialRequest request, IDialSink sink) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
