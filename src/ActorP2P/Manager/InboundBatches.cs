using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <summary>
/// Splits what one read brought among the actors that handle it, one message each, and knows when all of them are
/// done, which is when the far side gets its window back.
/// </summary>
internal sealed class InboundBatches(NodeId remote, IActorRef self, Peer.Receivers receivers)
{
    private readonly Dictionary<long, Open> _open = [];
    private readonly List<InboundMessage> _forNode = [];
    private readonly List<InboundMessage> _forMulticast = [];
    private readonly List<InboundMessage> _forStateSync = [];
    private List<BatchToken> _tokens = [];
    private long _lastNumber;

    /// <summary>Takes the messages of one lane.</summary>
    public void Add(BatchToken token, IReadOnlyList<InboundMessage> messages)
    {
        _tokens.Add(token);
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
    }

    /// <summary>Hands over what was added. The tokens that come back are done already.</summary>
    public IReadOnlyList<BatchToken> HandOver()
    {
        if (_tokens.Count == 0)
        {
            return [];
        }

        var number = ++_lastNumber;
        var parts = Hand(number, _forNode, receivers.Node) + Hand(number, _forMulticast, receivers.Multicast) + Hand(number, _forStateSync, receivers.StateSync);
        var tokens = _tokens;
        _tokens = [];
        if (parts == 0)
        {
            return tokens;
        }

        _open[number] = new Open(tokens) { PartsLeft = parts };
        return [];
    }

    /// <summary>One part was handled. The tokens are those of a batch whose parts are all done now.</summary>
    public IReadOnlyList<BatchToken> Complete(long number)
    {
        if (!_open.TryGetValue(number, out var open) || --open.PartsLeft > 0)
        {
            return [];
        }

        _open.Remove(number);
        return open.Tokens;
    }

    private int Hand(long number, List<InboundMessage> messages, IActorRef receiver)
    {
        if (messages.Count == 0)
        {
            return 0;
        }

        receiver.Tell(new Peer.Batch(self, remote, number, messages.ToArray()), self);
        messages.Clear();
        return 1;
    }

    private sealed class Open(IReadOnlyList<BatchToken> tokens)
    {
        public IReadOnlyList<BatchToken> Tokens { get; } = tokens;

        public int PartsLeft { get; set; }
    }
}
