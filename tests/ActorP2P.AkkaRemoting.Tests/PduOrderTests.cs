namespace ActorP2P.AkkaRemoting.Tests;

/// <summary>Control PDUs come by another lane than payload, and are handed on in the order in which they were written.</summary>
public sealed class PduOrderTests
{
    private const long MaxHeldBytes = 100;

    [Fact]
    public void A_goodbye_that_overtook_payload_on_the_wire_waits_for_it()
    {
        var order = new PduOrder(MaxHeldBytes);
        Assert.True(order.AddControl(0, 0, Bytes(1)));
        Assert.True(order.AddControl(1, 2, Bytes(9)));
        Assert.Equal([1], Drain(order, pdusOfBatch: 1));
        Assert.True(order.AddBatch(1, Bytes(2)));
        Assert.Equal([2], Drain(order, pdusOfBatch: 1));
        Assert.True(order.AddBatch(1, Bytes(3)));
        Assert.Equal([3, 9], Drain(order, pdusOfBatch: 1));
    }

    [Fact]
    public void Payload_that_came_before_the_handshake_waits_for_it()
    {
        var order = new PduOrder(MaxHeldBytes);
        Assert.True(order.AddBatch(1, Bytes(2)));
        Assert.Empty(Drain(order, pdusOfBatch: 3));
        Assert.True(order.AddControl(0, 0, Bytes(1)));
        Assert.Equal([1, 2], Drain(order, pdusOfBatch: 3));
        Assert.True(order.AddControl(1, 3, Bytes(9)));
        Assert.Equal([9], Drain(order, pdusOfBatch: 3));
    }

    [Fact]
    public void What_waits_is_bounded()
    {
        var order = new PduOrder(MaxHeldBytes);
        for (byte i = 0; i < PduOrder.MaxHeldControls; i++)
        {
            Assert.True(order.AddControl(i, ulong.MaxValue, Bytes(i)));
        }

        Assert.True(order.AddControl(0, ulong.MaxValue, Bytes(0)), "what comes again takes no room");
        Assert.False(order.AddControl(uint.MaxValue, ulong.MaxValue, Bytes(7)));
        Assert.True(order.AddBatch(uint.MaxValue, new byte[1000]), "one batch may be of any size that a message may have");
        Assert.False(order.AddBatch(uint.MaxValue, new byte[1]));
    }

    [Fact]
    public void Empty_batches_that_wait_are_bounded_too()
    {
        var order = new PduOrder(10 * PduOrder.BatchOverheadBytes);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(order.AddBatch(1, default));
        }

        Assert.False(order.AddBatch(1, default));
    }

    [Fact]
    public void A_batch_that_waits_keeps_no_more_of_a_receive_buffer_than_its_own_bytes()
    {
        var order = new PduOrder(MaxHeldBytes);
        byte[] buffer = [2, 2, 2];
        Assert.True(order.AddBatch(1, buffer.AsMemory(0, 1)));
        buffer[0] = 7;
        Assert.True(order.AddControl(0, 0, Bytes(1)));
        Assert.Equal([1, 2], Drain(order, pdusOfBatch: 1));
    }

    [Fact]
    public void A_control_PDU_that_comes_twice_is_handed_on_once()
    {
        var order = new PduOrder(MaxHeldBytes);
        Assert.True(order.AddControl(0, 1, Bytes(1)));
        Assert.True(order.AddControl(0, 1, Bytes(1)));
        Assert.True(order.AddBatch(0, Bytes(5)));
        Assert.Equal([5, 1], Drain(order, pdusOfBatch: 1));
        Assert.True(order.AddControl(0, 1, Bytes(1)));
        Assert.Empty(Drain(order, pdusOfBatch: 1));
    }

    [Fact]
    public void A_goodbye_waits_for_a_handshake_whose_signal_was_lost()
    {
        var order = new PduOrder(MaxHeldBytes);
        Assert.True(order.AddControl(1, 0, Bytes(9)));
        Assert.Empty(Drain(order, pdusOfBatch: 1));
        Assert.True(order.AddControl(0, 0, Bytes(1)));
        Assert.Equal([1, 9], Drain(order, pdusOfBatch: 1));
    }

    private static ReadOnlyMemory<byte> Bytes(byte mark) => new[] { mark };

    private static List<int> Drain(PduOrder order, int pdusOfBatch)
    {
        var taken = new List<int>();
        while (order.TryTake(out var isControl, out var content))
        {
            taken.Add(content.Span[0]);
            for (var i = 0; !isControl && i < pdusOfBatch; i++)
            {
                order.Count();
            }
        }

        return taken;
    }
}
