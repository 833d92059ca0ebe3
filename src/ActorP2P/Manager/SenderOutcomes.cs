using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <summary>Tells the modules of this node what became of their messages to one peer.</summary>
internal sealed class SenderOutcomes(string namespaceName, IActorRef self)
{
    /// <summary>
    /// Senders that wait for one lane; beyond it all are told Ready at once: a module that then finds the lane full
    /// is refused again, which costs less than remembering it.
    /// </summary>
    public const int MaxWaitingSenders = 1024;

    private readonly HashSet<IActorRef>?[] _waiting = new HashSet<IActorRef>?[Lanes.Count];
    private readonly bool[] _disseminationIsBehind = new bool[Lanes.Count];

    /// <summary>A message on its way, and who wants to know.</summary>
    public sealed record Pending(NamespaceRouter.INamespaceMessage Message, IActorRef Sender);

    /// <summary>The reply to a request.</summary>
    public static void Replied(object context, ReadOnlyMemory<byte> payload, NodeId from, IActorRef self)
    {
        var (message, sender) = (Pending)context;
        sender.Tell(new Reply(message.Namespace, from, payload, ((NamespaceRouter.Request)message).CorrelationId), self);
    }

    /// <summary>A confirmed unicast was handed to its module.</summary>
    public static void Delivered(object context, IActorRef self)
    {
        var pending = (Pending)context;
        var unicast = (NamespaceRouter.Unicast)pending.Message;
        if (unicast.Confirm)
        {
            pending.Sender.Tell(new Sent(unicast.Namespace, unicast.To, unicast.Type, unicast.CorrelationId), self);
        }
    }

    /// <summary>A message failed.</summary>
    public static void Failed(object context, ChannelFailure reason, IActorRef self)
    {
        var (message, sender) = (Pending)context;
        Refusal.Answer(message, (SendFailure)reason, sender, self);
    }

    /// <summary>The lane is full: the sender is told so now, and <see cref="Ready"/> when it has room.</summary>
    public void Busy(NamespaceRouter.INamespaceMessage message, Lane lane, IActorRef sender)
    {
        Refusal.AnswerBusy(message, sender, self);
        var waiting = _waiting[(int)lane] ??= [];
        waiting.Add(sender);
        if (waiting.Count >= MaxWaitingSenders)
        {
            Release(lane);
        }
    }

    /// <summary>A multicast message could not be queued: the multicast is told when the lane has room.</summary>
    public void DisseminationIsBehind(Lane lane) => _disseminationIsBehind[(int)lane] = true;

    /// <summary>True from a multicast message that could not be queued until the lane has room.</summary>
    public bool IsDisseminationBehind(Lane lane) => _disseminationIsBehind[(int)lane];

    /// <summary>The lane has room: waiting senders are told. True when the multicast waits too.</summary>
    public bool LaneReady(Lane lane)
    {
        Release(lane);
        var wasBehind = _disseminationIsBehind[(int)lane];
        _disseminationIsBehind[(int)lane] = false;
        return wasBehind;
    }

    /// <summary>Nobody waits for a peer that is gone: a repeated message gets its own answer.</summary>
    public void ReleaseAll()
    {
        for (var lane = 0; lane < Lanes.Count; lane++)
        {
            Release((Lane)lane);
        }
    }

    private void Release(Lane lane)
    {
        if (_waiting[(int)lane] is { } waiting)
        {
            _waiting[(int)lane] = null;
            foreach (var sender in waiting.Where(sender => !sender.IsNobody()))
            {
                sender.Tell(new Ready(namespaceName, lane), self);
            }
        }
    }
}
