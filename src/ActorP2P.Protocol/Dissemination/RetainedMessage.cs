using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>A message held for those who missed it.</summary>
internal sealed class RetainedMessage(
    Arrival arrival,
    ReadOnlyMemory<byte> payload,
    ReadOnlyMemory<byte> manifest,
    long index,
    DateTimeOffset receivedAt)
{
    internal PublicationHeader Header => arrival.Header;

    internal ReadOnlyMemory<byte> Payload { get; private set; } = payload;

    /// <summary>Hashes of the chunks of a large message, else empty.</summary>
    internal ReadOnlyMemory<byte> Manifest { get; private set; } = manifest;

    /// <summary>What the head names by its hash.</summary>
    internal ReadOnlySpan<byte> Hashed => (Manifest.IsEmpty ? Payload : Manifest).Span;

    /// <summary>Position in the order of arrival at this node, over all origins.</summary>
    internal long Index { get; } = index;

    internal DateTimeOffset ReceivedAt { get; } = receivedAt;

    /// <summary>What it costs to hold.</summary>
    internal long SizeBytes { get; } = arrival.Header.Bytes.Length + payload.Length + manifest.Length;

    /// <summary>False once it is over a limit; the payload is gone then.</summary>
    internal bool IsHeld { get; private set; } = true;

    /// <summary>True once the signature was checked; a message straight from its origin is proven by the session meanwhile.</summary>
    internal bool IsVerified { get; set; } = arrival.IsVerified;

    /// <summary>True once the signature was checked and failed: it is passed on to nobody.</summary>
    internal bool IsRefused { get; set; }

    /// <summary>True once another content under its id was reported.</summary>
    internal bool IsEquivocal { get; set; }

    /// <summary>True when the peer had it before us.</summary>
    internal bool CameFrom(NodeId peer) => peer == arrival.From || peer == Header.Id.Origin;

    /// <summary>True when it was pushed to the peer. It may have been lost with a link.</summary>
    internal bool WasPushedTo(NodeId peer) => arrival.PushedTo.Contains(peer);

    internal void Release()
    {
        IsHeld = false;
        Payload = default;
        Manifest = default;
    }
}
