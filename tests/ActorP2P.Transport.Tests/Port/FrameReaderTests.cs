using ActorP2P.Protocol.Frames;

namespace ActorP2P.Transport.Tests.Port;

public class FrameReaderTests
{
    private const int BufferBytes = 16 * 1024;
    private const int MaxBody = 200_000;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void Any_cutting_of_the_stream_gives_the_same_frames(int readBytes)
    {
        int[] sizes = [0, 5, 15_000, 16_352, 16_353, 100_000, 1, 200_000, 3];
        var sent = sizes.Select((size, i) => TestFrames.Make(size, (ulong)i)).ToArray();
        var reader = new FrameReader(BufferBytes);

        var frames = Feed(reader, [.. sent.SelectMany(frame => frame)], readBytes, out var error);

        Assert.Equal(FrameError.None, error);
        Assert.False(reader.HoldsPartOfFrame);
        Assert.Equal(sent.Length, frames.Count);
        Assert.All(frames.Zip(sent), both => TestFrames.AssertSame(both.Second, both.First));
    }

    [Fact]
    public void A_read_that_is_taken_over_is_cut_like_a_copied_one_and_its_rest_is_carried_on()
    {
        var (first, second) = (TestFrames.Make(1000, 1), TestFrames.Make(5000, 2));
        byte[] read = [.. first, .. second[..100]];
        var reader = new FrameReader(BufferBytes);
        var frames = new List<Frame>();

        Assert.True(reader.TryAdopt(read));
        Assert.Equal(FrameError.None, reader.Advance(read.Length, MaxBody, frames));
        reader.Drop();
        Assert.True(reader.HoldsPartOfFrame);
        Assert.False(reader.TryAdopt(second));
        frames.AddRange(Feed(reader, second[100..], readBytes: 700, out _));

        Assert.Equal(2, frames.Count);
        TestFrames.AssertSame(first, frames[0]);
        TestFrames.AssertSame(second, frames[1]);
    }

    [Fact]
    public void Memory_grows_with_what_arrives_and_not_with_what_is_claimed()
    {
        var reader = new FrameReader(BufferBytes);
        var header = new byte[FrameHeader.LengthBytes];
        new FrameHeader(int.MaxValue - 100, FrameKind.Record, Lane.Bulk, FrameFlags.None, 0, 0, 1, 0).Write(header);
        header.CopyTo(reader.Free(int.MaxValue - 100));
        Assert.Equal(FrameError.None, reader.Advance(header.Length, int.MaxValue - 100, []));

        for (var arrived = header.Length; arrived < 300_000;)
        {
            var free = reader.Free(int.MaxValue - 100);
            Assert.InRange(free.Length, 1, Math.Max(BufferBytes, arrived));
            Assert.Equal(FrameError.None, reader.Advance(free.Length, int.MaxValue - 100, []));
            arrived += free.Length;
        }
    }

    [Fact]
    public void A_header_whose_reserved_byte_means_something_ends_the_stream()
    {
        var frame = TestFrames.Make(100, 1);
        frame[7] = 1;
        var reader = new FrameReader(BufferBytes);
        frame.CopyTo(reader.Free(MaxBody));
        Assert.Equal(FrameError.UnknownFlags, reader.Advance(frame.Length, MaxBody, []));
    }

    [Fact]
    public void Before_the_handshake_the_buffer_is_as_small_as_the_limit()
    {
        Assert.Equal(6000 + FrameHeader.LengthBytes, new FrameReader(BufferBytes).Free(maxBodyBytes: 6000).Length);
        Assert.Equal(BufferBytes, new FrameReader(BufferBytes).Free(MaxBody).Length);
    }

    [Fact]
    public void Small_frames_of_many_reads_share_a_buffer()
    {
        var reader = new FrameReader(BufferBytes);

        var frames = Feed(reader, [.. Enumerable.Range(0, 20).SelectMany(i => TestFrames.Make(100, (ulong)i))], 132, out _);

        var buffers = frames.Select(frame =>
        {
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray<byte>(frame.Bytes, out var segment));
            return segment.Array;
        });
        Assert.Single(buffers.Distinct());
    }

    [Fact]
    public void Frames_before_a_bad_one_are_delivered()
    {
        var bad = TestFrames.Make(10);
        bad[4] = 99;
        var reader = new FrameReader(BufferBytes);

        var frames = Feed(reader, [.. TestFrames.Make(10, 1), .. bad], 1000, out var error);

        Assert.Equal(FrameError.UnknownKind, error);
        Assert.Equal(1ul, Assert.Single(frames).Header.Counter);
    }

    private static List<Frame> Feed(FrameReader reader, byte[] stream, int readBytes, out FrameError error)
    {
        var frames = new List<Frame>();
        error = FrameError.None;
        for (var at = 0; at < stream.Length && error == FrameError.None;)
        {
            var free = reader.Free(MaxBody);
            var count = Math.Min(Math.Min(free.Length, readBytes), stream.Length - at);
            stream.AsSpan(at, count).CopyTo(free.Span);
            error = reader.Advance(count, MaxBody, frames);
            at += count;
        }

        return frames;
    }
}
