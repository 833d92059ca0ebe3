using Google.Protobuf;

namespace ActorP2P.AkkaRemoting.Tests;

public sealed class RemotingWireTests
{
    private static readonly AssociationKey Key = new(RemotingConsortium.SomeNode(), 42, OpenedByUs: true);

    [Fact]
    public void A_PDU_that_is_not_copied_reads_like_one_that_was()
    {
        var pdu = ByteString.CopyFrom(new byte[10_000]);
        var uncopied = new PduBatch(pdu.Memory, IsUncopied: true, ControlsBefore: 3);
        byte[] inTwo = [.. RemotingWire.ComposeBatchHead(Key, uncopied), .. pdu.Span];
        Assert.Equal(PdusMessage.Compose(Key, 3, [pdu]), inTwo);
    }

    [Fact]
    public void A_batch_reads_back_in_order_and_a_cut_one_gives_no_PDU_of_its_own_making()
    {
        ByteString[] pdus = [ByteString.CopyFrom(1, 2, 3), ByteString.Empty, ByteString.CopyFrom(4)];
        var message = PdusMessage.Compose(Key, 0, pdus);
        Assert.True(RemotingWire.TryRead(message, out var kind, out var openedBySender, out var association, out var body));
        Assert.Equal((RemotingKind.Pdus, true, 42UL), (kind, openedBySender, association));
        Assert.True(RemotingWire.TryReadPdus(body, out var controlsBefore, out body));
        Assert.Equal(0u, controlsBefore);
        foreach (var expected in pdus)
        {
            Assert.True(RemotingWire.TryTakePdu(ref body, out var pdu));
            Assert.Equal(expected.ToByteArray(), pdu.ToArray());
        }

        Assert.True(body.IsEmpty);
        var cut = (ReadOnlyMemory<byte>)message.AsMemory(RemotingWire.HeadBytes + sizeof(uint), 6);
        Assert.False(RemotingWire.TryTakePdu(ref cut, out _));
    }
}
