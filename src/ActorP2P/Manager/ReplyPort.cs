using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Frames;

namespace ActorP2P;

/// <summary>
/// The sender that a module sees with a request: what is told to it becomes the reply. It is a reference and no
/// actor, because an actor for each request would cost more than the request. It takes one answer.
/// </summary>
internal sealed class ReplyPort(IActorRef peer, ulong requestId, Lane lane, DateTimeOffset deadline, NodeCounters counters) : MinimalActorRef
{
    private int _answered;

    /// <inheritdoc />
    public override ActorPath Path => peer.Path / $"reply-{requestId:x16}";

    /// <inheritdoc />
    public override IActorRefProvider Provider => ((IInternalActorRef)peer).Provider;

    /// <inheritdoc />
    protected override void TellInternal(object message, IActorRef sender)
    {
        if (Interlocked.Exchange(ref _answered, 1) != 0)
        {
            counters.Add("reply.dropped.second");
            return;
        }

        var payload = message switch
        {
            byte[] bytes => bytes,
            ReadOnlyMemory<byte> memory => memory,
            Memory<byte> memory => memory,
            _ => (ReadOnlyMemory<byte>?)null,
        };
        if (payload is { } reply)
        {
            peer.Tell(new Peer.SendReply(requestId, lane, deadline, reply), sender);
            return;
        }

        counters.Add(message is Status.Failure ? "reply.failed.by-module" : "reply.failed.not-bytes");
        peer.Tell(new Peer.FailRequest(requestId, lane, ChannelFailure.RemoteFailure), sender);
    }
}
