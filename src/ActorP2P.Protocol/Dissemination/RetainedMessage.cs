using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>A message held for those who missed it.</summary>
internal sealed class RetainedMessage(
    PublicationHeader header,
    ReadOnlyMemory<byte> payload,
    long index,
    DateTimeOffset receivedAt,
    NodeId? from,
    IReadOnlyList<NodeId> pushedTo)
{
    internal PublicationHeader Header { get; } = header;

    internal ReadOnlyMemory<byte> Payload { get; private set; } = payload;

    /// <summary>Position in the order of arrival at this node, over all origins.</summary>
    internal long Index { get; } = index;

    internal DateTimeOffset ReceivedAt { get; } = receivedAt;

    /// <summary>What it costs to hold.</summary>
    internal long SizeBytes { get; } = header.Bytes.Length + payload.Length;

    /// <summary>False once it is over a limit; the payload is gone then.</summary>
    internal bool IsHeld { get; private set; } = true;

    /// <summary>True once the signature was checked; a message straight from its origin is proven by the session meanwhile.</summary>
    internal bool IsVerified { get; set; }

    /// <summary>True once the signature was checked and failed: it is passed on to nobody.</summary>
    internal bool IsRefused { get; set; }

    /// <summary>True once another content under its id was reported.</summary>
    internal bool IsEquivocal { get; set; }

    /// <summary>True when the peer had it before us.</summary>
    internal bool CameFrom(NodeId peer) => peer == from || peer == Header.Id.Origin;

    /// <summary>True when it was pushed to the peer. It may have been lost with a link.</summary>
    internal bool WasPushedTo(NodeId peer) => pushedTo.Contains(peer);

    internal void Release()
    {
        IsHeld = false;
        Payload = default;
    }
}
