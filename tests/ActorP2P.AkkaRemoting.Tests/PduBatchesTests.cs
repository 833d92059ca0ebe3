using System.Runtime.InteropServices;
using Google.Protobuf;

namespace ActorP2P.AkkaRemoting.Tests;

public sealed class PduBatchesTests
{
    private const int BatchBytes = 68 * 1024;

    [Fact]
    public void PDUs_share_a_batch_up_to_its_size_and_keep_their_order()
    {
        var batches = New();
        ByteString[] pdus = [.. Enumerable.Range(0, 10).Select(static i => Pdu(20_000, (byte)i))];
        foreach (var pdu in pdus)
        {
            batches.Add(pdu, 0);
        }

        var taken = TakeAll(batches);
        Assert.Equal([3, 3, 3, 1], taken.Select(static batch => PdusOf(batch).Count));
        Assert.All(taken, static batch => Assert.InRange(batch.LengthBytes, 1, BatchBytes));
        Assert.Equal(pdus, taken.SelectMany(PdusOf));
    }

    [Fact]
    public void A_PDU_longer_than_a_batch_goes_uncopied_between_those_around_it()
    {
        var batches = New();
        var large = Pdu(BatchBytes, 2);
        batches.Add(Pdu(10, 1), 0);
        batches.Add(large, 0);
        batches.Add(Pdu(10, 3), 0);

        var taken = TakeAll(batches);
        Assert.Equal([false, true, false], taken.Select(static batch => batch.IsUncopied));
        Assert.True(taken[1].Content.Equals(large.Memory), "the same memory");
        Assert.Equal(PduBatches.LengthBytes(large), taken[1].LengthBytes);
        Assert.Equal([1, 2, 3], taken.SelectMany(PdusOf).Select(static pdu => pdu[0]));
    }

    [Fact]
    public void A_batch_ends_where_a_control_PDU_was_written()
    {
        var batches = New();
        batches.Add(Pdu(10, 1), 0);
        batches.Add(ByteString.Empty, 0);
        batches.Add(Pdu(10, 2), 1);
        Assert.Equal([(2, 0u), (1, 1u)], TakeAll(batches).Select(static batch => (PdusOf(batch).Count, batch.ControlsBefore)));
    }

    [Fact]
    public void A_buffer_is_used_again_once_it_is_given_back_and_not_before()
    {
        var batches = New();
        var first = AddAndTake(batches, 1);
        var second = AddAndTake(batches, 2);
        Assert.NotSame(ArrayOf(first), ArrayOf(second));

        batches.Return(first);
        var third = AddAndTake(batches, 3);
        Assert.Same(ArrayOf(first), ArrayOf(third));
        Assert.Equal((2, 3), (PdusOf(second)[0][0], PdusOf(third)[0][0]));
    }

    [Fact]
    public void What_is_given_back_beyond_the_limit_goes_to_the_garbage_collector()
    {
        var batches = New(maxFree: 1);
        var (first, second) = (AddAndTake(batches, 1), AddAndTake(batches, 2));
        batches.Return(first);
        batches.Return(second);
        Assert.Same(ArrayOf(first), ArrayOf(AddAndTake(batches, 3)));
        Assert.NotSame(ArrayOf(second), ArrayOf(AddAndTake(batches, 4)));
    }

    [Fact]
    public void A_short_batch_holds_no_more_memory_than_it_has_bytes()
    {
        var batches = New();
        batches.Add(Pdu(100, 1), 0);
        Assert.True(batches.TryTake(out var batch));
        Assert.Equal(batch.Content.Length, ArrayOf(batch).Length);
    }

    [Fact]
    public async Task What_one_thread_writes_while_another_takes_and_gives_back_comes_whole_and_in_order()
    {
        const int Count = 5000;
        var batches = New(maxFree: 2);
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < Count; i++)
            {
                batches.Add(Pdu(1 + (i * 37 % 30_000), (byte)i), 0);
            }
        });
        var held = new Queue<PduBatch>();
        var seen = 0;
        while (seen < Count)
        {
            if (batches.TryTake(out var batch))
            {
                held.Enqueue(batch);
            }
            else
            {
                await Task.Yield();
            }

            if (held.Count > 3 || (held.Count > 0 && writing.IsCompleted))
            {
                var oldest = held.Dequeue();
                foreach (var pdu in PdusOf(oldest))
                {
                    Assert.Equal(1 + (seen * 37 % 30_000), pdu.Length);
                    Assert.True(pdu.Span.IndexOfAnyExcept((byte)seen) < 0, $"PDU {seen} was overwritten");
                    seen++;
                }

                batches.Return(oldest);
            }
        }

        await writing;
        Assert.Empty(held);
    }

    private static PduBatches New(int maxFree = 8) => new(BatchBytes, maxFree);

    private static ByteString Pdu(int bytes, byte content)
    {
        var pdu = new byte[bytes];
        pdu.AsSpan().Fill(content);
        return ByteString.CopyFrom(pdu);
    }

    private static PduBatch AddAndTake(PduBatches batches, byte content)
    {
        batches.Add(Pdu(60_000, content), 0);
        Assert.True(batches.TryTake(out var batch));
        return batch;
    }

    private static List<PduBatch> TakeAll(PduBatches batches)
    {
        var taken = new List<PduBatch>();
        while (batches.TryTake(out var batch))
        {
            taken.Add(batch);
        }

        return taken;
    }

    private static List<ByteString> PdusOf(PduBatch batch)
    {
        if (batch.IsUncopied)
        {
            return [ByteString.CopyFrom(batch.Content.Span)];
        }

        var (pdus, rest) = (new List<ByteString>(), batch.Content);
        while (RemotingWire.TryTakePdu(ref rest, out var pdu))
        {
            pdus.Add(ByteString.CopyFrom(pdu.Span));
        }

        Assert.True(rest.IsEmpty);
        return pdus;
    }

    private static byte[] ArrayOf(PduBatch batch) => MemoryMarshal.TryGetArray(batch.Content, out var segment) ? segment.Array! : [];
}
