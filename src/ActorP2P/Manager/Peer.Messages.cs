using ActorP2P.Protocol.Frames;

namespace ActorP2P;

/// <content>The vocabulary of a remote logical node.</content>
public sealed partial class Peer
{
    /// <summary>From a link: all frames of one read that belong to this session, in order.</summary>
    internal sealed record RecordsReceived(IReadOnlyList<Frame> Frames);

    /// <summary>From a link: these bytes of a lane went to the transport; the lane's local queue has room again.</summary>
    internal sealed record RecordsWritten(Lane Lane, int Bytes);
}
