using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>Names a multicast or broadcast within its namespace.</summary>
/// <param name="Origin">Who published it.</param>
/// <param name="Epoch">The origin's incarnation.</param>
/// <param name="Seq">Count within the epoch; apart from the seq of any state.</param>
public readonly record struct MessageId(NodeId Origin, ulong Epoch, ulong Seq)
{
    /// <summary>A short form for logs: never for decisions.</summary>
    public override string ToString() => $"{Origin.ShortId}:{Epoch}:{Seq}";
}
