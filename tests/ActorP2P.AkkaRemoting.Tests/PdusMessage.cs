using Google.Protobuf;

namespace ActorP2P.AkkaRemoting.Tests;

/// <summary>A message of PDUs as the transport composes it.</summary>
internal static class PdusMessage
{
    public static byte[] Compose(AssociationKey key, uint controlsBefore, IReadOnlyList<ByteString> pdus)
    {
        var batches = new PduBatches(maxBatchBytes: 64 * 1024, maxFree: 1);
        foreach (var pdu in pdus)
        {
            batches.Add(pdu, controlsBefore);
        }

        Assert.True(batches.TryTake(out var batch));
        Assert.False(batches.TryTake(out _), "they fit into one message");
        return [.. RemotingWire.ComposeBatchHead(key, batch), .. batch.Content.Span];
    }
}
