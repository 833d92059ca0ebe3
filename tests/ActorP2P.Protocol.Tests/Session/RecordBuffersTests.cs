using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Tests.Session;

public sealed class RecordBuffersTests
{
    private const int LargeRecordBytes = 66_000;

    [Fact]
    public void A_buffer_that_was_given_back_is_taken_again()
    {
        var buffers = new RecordBuffers(maxFree: 2);
        var first = buffers.Take(LargeRecordBytes);
        buffers.Return(first.AsMemory(0, LargeRecordBytes));
        Assert.Same(first, buffers.Take(RecordBuffers.LengthBytes));
        Assert.NotSame(first, buffers.Take(LargeRecordBytes));
    }

    [Fact]
    public void A_buffer_that_nobody_gives_back_is_replaced_by_a_new_one()
    {
        var buffers = new RecordBuffers(maxFree: 1);
        var taken = Enumerable.Range(0, 10).Select(_ => buffers.Take(LargeRecordBytes)).ToHashSet(ReferenceEqualityComparer.Instance);
        Assert.Equal(10, taken.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(RecordBuffers.LengthBytes + 1)]
    [InlineData(1024 * 1024)]
    public void A_record_that_fits_badly_gets_an_array_of_its_own_length_that_is_not_kept(int lengthBytes)
    {
        var buffers = new RecordBuffers(maxFree: 2);
        var own = buffers.Take(lengthBytes);
        Assert.Equal(lengthBytes, own.Length);
        buffers.Return(own);
        Assert.NotSame(own, buffers.Take(LargeRecordBytes));
    }

    [Fact]
    public void More_than_the_limit_is_left_to_the_garbage_collector()
    {
        var buffers = new RecordBuffers(maxFree: 2);
        byte[][] taken = [buffers.Take(LargeRecordBytes), buffers.Take(LargeRecordBytes), buffers.Take(LargeRecordBytes)];
        foreach (var buffer in taken)
        {
            buffers.Return(buffer);
        }

        Assert.Same(taken[1], buffers.Take(LargeRecordBytes));
        Assert.Same(taken[0], buffers.Take(LargeRecordBytes));
        var fresh = buffers.Take(LargeRecordBytes);
        Assert.DoesNotContain(taken, buffer => ReferenceEquals(buffer, fresh));
    }

    [Fact]
    public void A_part_of_a_buffer_does_not_give_it_back()
    {
        var buffers = new RecordBuffers(maxFree: 2);
        var buffer = buffers.Take(LargeRecordBytes);
        buffers.Return(buffer.AsMemory(32, 100));
        Assert.NotSame(buffer, buffers.Take(LargeRecordBytes));
    }
}
