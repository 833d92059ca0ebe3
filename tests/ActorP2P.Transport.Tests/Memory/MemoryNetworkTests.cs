using ActorP2P.Protocol.Frames;

namespace ActorP2P.Transport.Tests.Memory;

/// <summary>The memory network on virtual time: the test is the scheduler.</summary>
public class MemoryNetworkTests
{
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(5);

    private readonly VirtualScheduler _time = new();
    private readonly Dictionary<string, MemoryTransportPort> _ports = [];
    private readonly MemoryNetwork _network;

    public MemoryNetworkTests() => _network = new MemoryNetwork(_time.Schedule) { Delay = (_, _, _) => TimeSpan.FromMilliseconds(10) };

    [Fact]
    public void Frames_arrive_in_order_after_the_delay_and_are_accounted()
    {
        var (client, server) = Connect();
        var start = _time.Now;

        client.Connection.Write([TestFrames.Make(100, 1), TestFrames.Make(0, 2)]);
        client.Connection.Write([TestFrames.Make(100_000, 3)], _time, client.Sink);

        Assert.Equal([1ul, 2ul, 3ul], server.Sink.Counters(_time));
        Assert.Equal(TimeSpan.FromMilliseconds(10), _time.Now - start);
        Assert.Equal(new MemoryTraffic(100 + 100_000 + (3 * FrameHeader.LengthBytes), 3, 2), _network.TrafficFrom("a", "b"));
        Assert.Equal(default, _network.TrafficFrom("b", "a"));
        Assert.Equal(3, _network.TotalTraffic().Frames);
    }

    [Fact]
    public void A_write_with_a_shorter_delay_does_not_overtake()
    {
        var (client, server) = Connect();
        var delay = 50;
        _network.Delay = (_, _, _) => TimeSpan.FromMilliseconds(delay);
        client.Connection.Write([TestFrames.Make(10, 1)]);
        delay = 1;

        client.Connection.Write([TestFrames.Make(10, 2)], _time, client.Sink);

        Assert.Equal([1ul, 2ul], server.Sink.Counters(_time));
    }

    [Fact]
    public void The_order_holds_when_the_scheduler_shuffles_equal_times()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var time = new VirtualScheduler(new Random(seed));
            var network = new MemoryNetwork(time.Schedule);
            var (client, server) = Connect(network, time);
            for (ulong i = 0; i < 20; i++)
            {
                client.Connection.Write([TestFrames.Make(10, i)], time, client.Sink);
            }

            client.Connection.Close();

            Assert.Equal(Enumerable.Range(0, 20).Select(i => (ulong)i), server.Sink.Counters(time));
            Assert.Equal(TransportFailureReason.ClosedByRemote, server.Sink.Until<SinkCall.Closed>(time).Failure.Reason);
        }
    }

    [Fact]
    public void A_reader_that_stops_makes_the_writer_wait()
    {
        var (client, server) = Connect();
        server.Connection.SetReading(false);

        for (ulong i = 0; i < 2; i++)
        {
            client.Connection.Write([TestFrames.Make(200_000, i)], _time, client.Sink, expectWritten: i == 0);
        }

        Assert.True(server.Sink.HasNothingMore());
        server.Connection.SetReading(true);
        Assert.Equal([0ul, 1ul], server.Sink.Counters(_time));
        Assert.Equal(200_000 + FrameHeader.LengthBytes, client.Sink.Until<SinkCall.Written>(_time).Bytes);
    }

    [Fact]
    public void A_partition_holds_back_what_is_sent_and_times_dials_out_until_it_heals()
    {
        var (client, server) = Connect();
        _network.Partition("b", "a");
        client.Connection.Write([TestFrames.Make(10, 1)], _time, client.Sink);
        var dial = new EventRecorder();
        PortOf("a").Dial(new DialRequest("b:7000", DialTimeout), dial);
        _time.RunAll();
        Assert.True(server.Sink.HasNothingMore());
        Assert.Equal(TransportFailureReason.TimedOut, dial.Until<SinkCall.DialFailed>(_time).Failure.Reason);

        _network.Heal("a", "b");

        Assert.Equal([1ul], server.Sink.Counters(_time));
    }

    [Fact]
    public void A_cut_holds_back_one_direction_and_leaves_the_other()
    {
        var (client, server) = Connect();
        _network.Cut("a", "b");
        client.Connection.Write([TestFrames.Make(10, 1)]);
        server.Connection.Write([TestFrames.Make(10, 2)], _time, server.Sink);
        _time.RunAll();
        Assert.True(server.Sink.HasNothingMore());
        client.Sink.Until<SinkCall.Written>(_time);
        Assert.Equal([2ul], client.Sink.Counters(_time));

        _network.HealAll();

        Assert.Equal([1ul], server.Sink.Counters(_time));
    }

    [Fact]
    public void An_observer_sees_each_frame_as_it_was_written_whatever_becomes_of_it()
    {
        var seen = new List<MemoryFrame>();
        _network.Observe = seen.Add;
        _network.Tamper = _ => [];
        var (client, _) = Connect();
        var frame = TestFrames.Make(10, 7);
        client.Connection.Write([frame]);
        _time.RunAll();
        var only = Assert.Single(seen);
        Assert.Equal(("a", "b", 0L), (only.From, only.To, only.Index));
        Assert.Equal(frame, only.Bytes.ToArray());
    }

    [Fact]
    public void A_killed_host_resets_its_connections_and_hears_nothing_more()
    {
        var (client, server) = Connect();
        client.Connection.Write([TestFrames.Make(10, 1)]);

        _network.Kill("b");

        Assert.Equal(TransportFailureReason.SocketError, client.Sink.Until<SinkCall.Closed>(_time).Failure.Reason);
        Assert.True(server.Sink.HasNothingMore());
        var dial = new EventRecorder();
        PortOf("a").Dial(new DialRequest("b:7000", DialTimeout), dial);
        Assert.Equal(TransportFailureReason.Refused, dial.Until<SinkCall.DialFailed>(_time).Failure.Reason);
    }

    [Fact]
    public void A_host_that_lost_power_is_silent_until_it_is_up_again()
    {
        var (client, _) = Connect();
        _network.Kill("b", silent: true);
        client.Connection.Write([TestFrames.Make(10, 1)], _time, client.Sink);
        _time.RunAll();
        Assert.True(client.Sink.HasNothingMore());
        var dial = new EventRecorder();
        PortOf("a").Dial(new DialRequest("b:7000", DialTimeout), dial);
        Assert.Equal(TransportFailureReason.TimedOut, dial.Until<SinkCall.DialFailed>(_time).Failure.Reason);

        _network.CreatePort("b");
        client.Connection.Write([TestFrames.Make(10, 2)]);

        Assert.Equal(TransportFailureReason.SocketError, client.Sink.Until<SinkCall.Closed>(_time).Failure.Reason);
    }

    [Theory]
    [InlineData("drop", new ulong[] { 0, 2, 3 })]
    [InlineData("repeat", new ulong[] { 0, 1, 1, 2, 3 })]
    [InlineData("reorder", new ulong[] { 0, 2, 1, 3 })]
    [InlineData("flip", new ulong[] { 0, 257, 2, 3 })]
    public void A_tamper_hook_decides_what_arrives(string fault, ulong[] arriving)
    {
        var (client, server) = Connect();
        ReadOnlyMemory<byte> kept = default;
        _network.Tamper = frame => (fault, frame.Index) switch
        {
            ("drop", 1) => [],
            ("repeat", 1) => [frame.Bytes, frame.Bytes],
            ("reorder", 1) => Keep(frame.Bytes),
            ("reorder", 2) => [frame.Bytes, kept],
            ("flip", 1) => [Flip(frame.Bytes, at: 25)],
            _ => [frame.Bytes],
        };

        client.Connection.Write([.. Enumerable.Range(0, 4).Select(i => (ReadOnlyMemory<byte>)TestFrames.Make(20, (ulong)i))]);

        Assert.Equal(arriving, server.Sink.Counters(_time));

        IReadOnlyList<ReadOnlyMemory<byte>> Keep(ReadOnlyMemory<byte> bytes)
        {
            kept = bytes;
            return [];
        }
    }

    [Fact]
    public void Bad_frames_and_limits_end_a_connection_as_on_TCP()
    {
        var (client, server) = Connect(maxBodyBytes: 1000);
        client.Connection.Write([TestFrames.Make(100, 1, FrameKind.Handshake), TestFrames.Make(5000, 2)], _time, client.Sink);
        Assert.Equal([1ul], server.Sink.Counters(_time));

        server.Connection.SetMaxBodyBytes(5000);
        Assert.Equal([2ul], server.Sink.Counters(_time));

        client.Connection.Write([TestFrames.Make(5001, 3)]);
        Assert.Equal(TransportFailureReason.BadFrame, server.Sink.Until<SinkCall.Closed>(_time).Failure.Reason);
        Assert.Equal(TransportFailureReason.ClosedByRemote, client.Sink.Until<SinkCall.Closed>(_time).Failure.Reason);
    }

    [Fact]
    public void A_source_that_may_not_come_in_sees_its_connection_closed()
    {
        var refusing = new EventRecorder { Admits = source => source != "c" };
        _network.CreatePort("a").Listen("0.0.0.0:7000", refusing);
        var dial = new EventRecorder();
        _network.CreatePort("c").Dial(new DialRequest("a:7000", DialTimeout), dial);
        var sink = new EventRecorder();

        dial.Until<SinkCall.Dialled>(_time).Connection.Start(sink, 1000);

        Assert.Equal(TransportFailureReason.ClosedByRemote, sink.Until<SinkCall.Closed>(_time).Failure.Reason);
        Assert.Equal("a:7000", refusing.Until<SinkCall.Bound>(_time).Endpoint);
        Assert.True(refusing.HasNothingMore());
    }

    [Fact]
    public void A_refused_dial_and_a_bad_address_have_typed_reasons()
    {
        var port = _network.CreatePort("a");
        _network.CreatePort("b").Listen("b:7000", new EventRecorder());
        _network.RefuseDial = (from, to) => (from, to) == ("a", "b");
        var (refused, malformed) = (new EventRecorder(), new EventRecorder());

        port.Dial(new DialRequest("b:7000", DialTimeout), refused);
        port.Dial(new DialRequest("b", DialTimeout), malformed);

        Assert.Equal(TransportFailureReason.Refused, refused.Until<SinkCall.DialFailed>(_time).Failure.Reason);
        Assert.Equal(TransportFailureReason.NameNotResolved, malformed.Until<SinkCall.DialFailed>(_time).Failure.Reason);
    }

    [Fact]
    public void Simulated_TLS_binds_both_ends_to_one_session()
    {
        var network = new MemoryNetwork(_time.Schedule, simulateTls: true);

        var (client, server) = Connect(network, _time);
        var (near, far) = (client.Connection.Tls!, server.Connection.Tls!);

        Assert.True(near.ChannelBinding.Span.SequenceEqual(far.ChannelBinding.Span));
        Assert.True(near.LocalSpkiHash.Span.SequenceEqual(far.RemoteSpkiHash.Span));
        Assert.True(near.RemoteSpkiHash.Span.SequenceEqual(far.LocalSpkiHash.Span));
        Assert.False(near.LocalSpkiHash.Span.SequenceEqual(far.LocalSpkiHash.Span));
    }

    [Fact]
    public async Task On_the_thread_pool_connections_work_and_disposing_closes_them_once()
    {
        var network = new MemoryNetwork();
        var listener = new EventRecorder();
        var server = network.CreatePort("b");
        server.Listen("b:7000", listener);
        var client = network.CreatePort("a");
        var dial = new EventRecorder();
        client.Dial(new DialRequest("b:7000", DialTimeout), dial);
        var (near, far) = (new EventRecorder(), new EventRecorder());
        var dialled = (await dial.NextAsync<SinkCall.Dialled>()).Connection;
        dialled.Start(near, TestFrames.MaxBodyBytes);
        await listener.NextAsync<SinkCall.Bound>();
        (await listener.NextAsync<SinkCall.Accepted>()).Connection.Start(far, TestFrames.MaxBodyBytes);
        for (ulong i = 0; i < 100; i++)
        {
            dialled.Write([TestFrames.Make(1000, i)]);
            await near.NextAsync<SinkCall.Written>();
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (ulong)i), (await far.FramesAsync(100)).Select(frame => frame.Header.Counter));
        await client.DisposeAsync();

        Assert.Equal(TransportFailureReason.ClosedByUs, (await near.NextAsync<SinkCall.Closed>()).Failure.Reason);
        Assert.Equal(TransportFailureReason.ClosedByRemote, (await far.NextAsync<SinkCall.Closed>()).Failure.Reason);
        await server.DisposeAsync();
        Assert.Equal((1, 1, 0, 0), (near.ClosedCalls, far.ClosedCalls, near.Violations, far.Violations));
    }

    private (MemoryHalf Client, MemoryHalf Server) Connect(int maxBodyBytes = TestFrames.MaxBodyBytes) =>
        Connect(_network, _time, maxBodyBytes);

    private (MemoryHalf Client, MemoryHalf Server) Connect(
        MemoryNetwork network, VirtualScheduler time, int maxBodyBytes = TestFrames.MaxBodyBytes)
    {
        var listener = new EventRecorder();
        network.CreatePort("b").Listen("b:7000", listener);
        var dial = new EventRecorder();
        var dialler = network.CreatePort("a");
        _ports["a"] = dialler;
        dialler.Dial(new DialRequest("b:7000", DialTimeout), dial);
        var client = new MemoryHalf(dial.Until<SinkCall.Dialled>(time).Connection, new EventRecorder());
        var server = new MemoryHalf(listener.Until<SinkCall.Accepted>(time).Connection, new EventRecorder());
        client.Connection.Start(client.Sink, maxBodyBytes);
        server.Connection.Start(server.Sink, maxBodyBytes);
        return (client, server);
    }

    private MemoryTransportPort PortOf(string host) => _ports[host];

    private static byte[] Flip(ReadOnlyMemory<byte> bytes, int at)
    {
        var flipped = bytes.ToArray();
        flipped[at] ^= 1;
        return flipped;
    }

    internal sealed record MemoryHalf(ITransportConnection Connection, EventRecorder Sink);
}
