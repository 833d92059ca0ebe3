using System.Net.Sockets;
using ActorP2P.Protocol.Frames;

namespace ActorP2P.Transport.Tests.Tcp;

public class TcpConnectionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Frames_of_every_size_arrive_whole_and_in_order(bool tls)
    {
        await using var pair = await TcpPair.ListenAsync(tls);
        var (client, server) = await pair.ConnectAsync();
        int[] sizes = [0, 1, 100, 2015, 2016, 4096, 16_000, 16_384, 65_536, 65_568, 100_000, 200_000, 3];
        var frames = sizes.Select((size, i) => TestFrames.Make(size, (ulong)i)).ToArray();

        client.Connection.Write([.. frames.Select(frame => (ReadOnlyMemory<byte>)frame)]);

        Assert.Equal(frames.Sum(frame => frame.Length), (await client.Sink.NextAsync<SinkCall.Written>()).Bytes);
        var received = await server.Sink.FramesAsync(frames.Length);
        Assert.Equal(frames.Length, received.Count);
        Assert.All(received.Zip(frames), both => TestFrames.AssertSame(both.Second, both.First));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task More_frames_than_one_system_call_takes_leave_in_one_write(bool tls)
    {
        await using var pair = await TcpPair.ListenAsync(tls);
        var (client, server) = await pair.ConnectAsync();
        var frames = Enumerable.Range(0, 3000).Select(i => TestFrames.Make(i % 2 == 0 ? 40 : 2500, (ulong)i)).ToArray();

        client.Connection.Write([.. frames.Select(frame => (ReadOnlyMemory<byte>)frame)]);

        var received = await server.Sink.FramesAsync(frames.Length);
        Assert.All(received.Zip(frames), both => TestFrames.AssertSame(both.Second, both.First));
        Assert.Equal(frames.Sum(frame => frame.Length), (await client.Sink.NextAsync<SinkCall.Written>()).Bytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_buffer_of_a_written_record_may_be_written_to_at_once(bool tls)
    {
        await using var pair = await TcpPair.ListenAsync(tls);
        var (client, server) = await pair.ConnectAsync();
        var sent = Enumerable.Range(0, 50).Select(static i => TestFrames.Make(66_000, (ulong)i)).ToArray();
        foreach (var frame in sent)
        {
            var buffer = RecordBuffers.Shared.Take(frame.Length);
            frame.CopyTo(buffer.AsSpan());
            client.Connection.Write([buffer.AsMemory(0, frame.Length)]);
            await client.Sink.NextAsync<SinkCall.Written>();
            RecordBuffers.Shared.Take(frame.Length).AsSpan().Fill(0xff);
        }

        var received = await server.Sink.FramesAsync(sent.Length);
        Assert.All(received.Zip(sent), both => TestFrames.AssertSame(both.Second, both.First));
    }

    [Fact]
    public async Task A_whole_frame_is_delivered_while_the_next_one_is_under_way()
    {
        await using var pair = await TcpPair.ListenAsync();
        using var raw = await pair.RawAsync();
        var half = await pair.AcceptRawAsync();
        var (first, second) = (TestFrames.Make(100, 1), TestFrames.Make(200_000, 2));

        await raw.SendAsync((byte[])[.. first, .. second[..120_000]]);
        TestFrames.AssertSame(first, Assert.Single(await half.Sink.FramesAsync(1)));
        await raw.SendAsync(second[120_000..]);

        TestFrames.AssertSame(second, Assert.Single(await half.Sink.FramesAsync(1)));
    }

    [Fact]
    public async Task Bytes_that_are_no_frames_end_the_connection_with_a_typed_reason()
    {
        await using var pair = await TcpPair.ListenAsync();
        using var raw = await pair.RawAsync();
        var half = await pair.AcceptRawAsync();

        await raw.SendAsync("GET / HTTP/1.1\r\nHost: example\r\n\r\n"u8.ToArray());

        Assert.Equal(TransportFailureReason.BadFrame, (await half.Sink.NextAsync<SinkCall.Closed>()).Failure.Reason);
        Assert.Equal(1, pair.Server.Counters.BadFrames);
    }

    [Fact]
    public async Task A_frame_over_the_limit_ends_the_connection_before_its_body_is_awaited()
    {
        await using var pair = await TcpPair.ListenAsync();
        using var raw = await pair.RawAsync();
        var half = await pair.AcceptRawAsync(maxBodyBytes: 1000);
        var whole = TestFrames.Make(1000, kind: FrameKind.Handshake);
        var over = TestFrames.Make(1001, kind: FrameKind.Handshake);

        await raw.SendAsync(whole.Concat(over[..FrameHeader.LengthBytes]).ToArray());

        TestFrames.AssertSame(whole, (await half.Sink.NextAsync<SinkCall.Received>()).Frames.Single());
        var closed = await half.Sink.NextAsync<SinkCall.Closed>();
        Assert.Equal(TransportFailureReason.BadFrame, closed.Failure.Reason);
        Assert.Equal(nameof(FrameError.TooLong), closed.Failure.Detail);
    }

    [Fact]
    public async Task A_record_that_overtakes_the_raising_of_the_limit_waits_for_it()
    {
        await using var pair = await TcpPair.ListenAsync();
        using var raw = await pair.RawAsync();
        var half = await pair.AcceptRawAsync(maxBodyBytes: 1000);
        var last = TestFrames.Make(100, kind: FrameKind.Handshake);
        var record = TestFrames.Make(50_000);
        await raw.SendAsync(last.Concat(record).ToArray());
        TestFrames.AssertSame(last, (await half.Sink.NextAsync<SinkCall.Received>()).Frames.Single());

        half.Connection.SetMaxBodyBytes(50_000);

        TestFrames.AssertSame(record, (await half.Sink.NextAsync<SinkCall.Received>()).Frames.Single());
    }

    [Fact]
    public async Task A_record_over_the_raised_limit_is_refused()
    {
        await using var pair = await TcpPair.ListenAsync();
        using var raw = await pair.RawAsync();
        var half = await pair.AcceptRawAsync(maxBodyBytes: 1000);
        await raw.SendAsync(TestFrames.Make(100, kind: FrameKind.Handshake).Concat(TestFrames.Make(50_000)).ToArray());
        await half.Sink.NextAsync<SinkCall.Received>();

        half.Connection.SetMaxBodyBytes(49_999);

        Assert.Equal(TransportFailureReason.BadFrame, (await half.Sink.NextAsync<SinkCall.Closed>()).Failure.Reason);
    }

    [Fact]
    public async Task A_frame_that_drips_in_byte_by_byte_arrives_once_and_whole()
    {
        await using var pair = await TcpPair.ListenAsync();
        using var raw = await pair.RawAsync();
        var half = await pair.AcceptRawAsync();
        var frame = TestFrames.Make(150, 7);

        foreach (var one in frame)
        {
            await raw.SendAsync(new[] { one });
        }

        TestFrames.AssertSame(frame, (await half.Sink.NextAsync<SinkCall.Received>()).Frames.Single());
        raw.Shutdown(SocketShutdown.Send);
        Assert.Equal(TransportFailureReason.ClosedByRemote, (await half.Sink.NextAsync<SinkCall.Closed>()).Failure.Reason);
    }

    [Fact]
    public async Task An_end_within_a_frame_is_told_from_an_end_between_frames()
    {
        await using var pair = await TcpPair.ListenAsync();
        using var raw = await pair.RawAsync();
        var half = await pair.AcceptRawAsync();

        await raw.SendAsync(TestFrames.Make(150)[..100]);
        raw.Shutdown(SocketShutdown.Send);

        var closed = await half.Sink.NextAsync<SinkCall.Closed>();
        Assert.Equal(TransportFailureReason.ClosedByRemote, closed.Failure.Reason);
        Assert.Contains("within a frame", closed.Failure.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_peer_that_never_reads_stalls_its_own_writes_and_nobody_elses(bool tls)
    {
        await using var pair = await TcpPair.ListenAsync(tls);
        var (stalled, deaf) = await pair.ConnectAsync();
        var (lively, other) = await pair.ConnectAsync();
        deaf.Connection.SetReading(false);
        var block = TestFrames.Make(200_000);
        var accepted = 0;
        do
        {
            // Ends when a write is not reported: then the kernels' buffers are full.
            stalled.Connection.Write([block]);
            lively.Connection.Write([TestFrames.Make(10, (ulong)accepted)]);
            await lively.Sink.FindAsync<SinkCall.Written>();
            await other.Sink.FramesAsync(1);
            accepted++;
            Assert.True(accepted < 1000, "the kernel takes 200 MB from nobody");
        }
        while (await WrittenWithinAsync(stalled.Sink, TimeSpan.FromMilliseconds(300)));

        lively.Connection.Write([TestFrames.Make(5000, 99)]);
        Assert.Equal(99ul, (await other.Sink.FramesAsync(1))[0].Header.Counter);

        stalled.Connection.Close();

        // What was taken for a stall may have been a slow machine, so that a late report is no mistake.
        Assert.Equal(TransportFailureReason.ClosedByUs, (await stalled.Sink.FindAsync<SinkCall.Closed>()).Failure.Reason);
    }

    [Fact]
    public async Task Reading_pauses_and_goes_on_without_losing_anything()
    {
        await using var pair = await TcpPair.ListenAsync();
        var (client, server) = await pair.ConnectAsync();
        server.Connection.SetReading(false);
        for (ulong i = 0; i < 50; i++)
        {
            client.Connection.Write([TestFrames.Make(1000, i)]);
            await client.Sink.NextAsync<SinkCall.Written>();
        }

        // At most the read that was already waiting delivers something.
        var early = server.Sink.TryNext(out var call) ? ((SinkCall.Received)call!).Frames : [];
        Assert.True(server.Sink.HasNothingMore());

        server.Connection.SetReading(true);

        var all = early.Concat(await server.Sink.FramesAsync(50 - early.Count));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (ulong)i), all.Select(frame => frame.Header.Counter));
    }

    [Fact]
    public async Task A_second_write_before_the_first_is_written_is_a_mistake_of_the_caller()
    {
        await using var pair = await TcpPair.ListenAsync();
        var (client, server) = await pair.ConnectAsync();
        server.Connection.SetReading(false);
        var huge = Enumerable.Repeat((ReadOnlyMemory<byte>)TestFrames.Make(200_000), 500).ToArray();

        client.Connection.Write(huge);

        Assert.Throws<InvalidOperationException>(() => client.Connection.Write([TestFrames.Make(1)]));
    }

    private static async Task<bool> WrittenWithinAsync(EventRecorder sink, TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        while (!deadline.IsCancellationRequested)
        {
            if (sink.TryNext(out var call))
            {
                return call is SinkCall.Written;
            }

            await Task.Yield();
        }

        return false;
    }
}
