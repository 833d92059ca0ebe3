using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Tests.Dissemination;

/// <summary>Signed heads that no core has made.</summary>
internal static class TestPublication
{
    public static PublicationHeader Sign(
        PublicationScope scope,
        INodeKey key,
        MessageId id,
        ulong floor,
        Lane lane,
        string? topic,
        string type,
        byte[] payload) =>
        new PublicationProof(scope, key.Curve, isSigned: true).Sign(key, [new PublicationDraft(id, floor, lane, topic, type, payload)])[0];

    /// <summary>A flush of broadcasts with seqs from 1 on, each as it travels.</summary>
    public static byte[][] Flush(PublicationScope scope, INodeKey key, int messages, bool isSigned = true)
    {
        var drafts = Enumerable.Range(1, messages)
            .Select(seq => new PublicationDraft(new MessageId(key.Id, 1, (ulong)seq), 1, Lane.Gossip, null, "type", new[] { (byte)seq }))
            .ToArray();
        var headers = new PublicationProof(scope, key.Curve, isSigned).Sign(key, drafts);
        return [.. headers.Zip(drafts, static (header, draft) => (byte[])[.. header.Bytes.Span, .. draft.Payload.Span])];
    }
}
