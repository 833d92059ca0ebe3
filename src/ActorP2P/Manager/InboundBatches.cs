using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <summary>
/// Splits what one read brought of a lane among the actors that handle it, one message each, and knows when all of them are
/// done, which is when the far side gets that lane's window back. No lane waits for what another one brought.
/// </summary>
internal sealed class InboundBatches(NodeId remote, IActorRef self, Peer.Receivers receivers)
{
    private readonly Dictionary<long, Open> _open = [];
    private readonly List<InboundMessage> _forNode = [];
    private readonly List<InboundMessage> _forMulticast = [];
    private readonly List<InboundMessage> _forStateSync = [];
    private long _lastNumber;

    /// <summary>Whose messages they are.</summary>
    public NodeId Remote { get; set; } = remote;

    /// <summary>Hands over the messages of one lane, of which there is at least one.</summary>
    public void HandOver(BatchToken token, IReadOnlyList<InboundMessage> messages)
    {
        foreach (var message in messages)
        {
            var part = message.Kind switch
            {
                EntryKind.Unicast or EntryKind.Request => _forNode,
                EntryKind.Dissemination => _forMulticast,
                EntryKind.StateSync => _forStateSync,
                _ => throw new InvalidOperationException($"The channel handed over an entry of kind {message.Kind}."),
            };
            part.Add(message);
        }

        var number = ++_lastNumber;
        _open[number] = new Open(token)
        {
            PartsLeft = Hand(number, _forNode, receivers.Node)
                + Hand(number, _forMulticast, receivers.Multicast)
                + Hand(number, _forStateSync, receivers.StateSync),
        };
    }

    /// <summary>One part was handled. The token is that of a batch whose parts are all done now.</summary>
    public BatchToken? Complete(long number)
    {
        if (!_open.TryGetValue(number, out var open) || --open.PartsLeft > 0)
        {
            return null;
        }

        _open.Remove(number);
        return open.Token;
    }

    private int Hand(long number, List<InboundMessage> messages, IActorRef receiver)
    {
        if (messages.Count == 0)
        {
            return 0;
        }

        receiver.Tell(new Peer.Batch(self, Remote, number, messages.ToArray()), self);
        messages.Clear();
        return 1;
    }

    private sealed class Open(BatchToken token)
    {
        public BatchToken Token { get; } = token;

        public int PartsLeft { get; set; }
    }
}
