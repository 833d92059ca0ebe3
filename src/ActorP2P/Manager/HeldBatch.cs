using ActorP2P.Protocol.Channel;

namespace ActorP2P;

/// <summary>
/// A batch some of whose messages wait for their modules. Its bytes return to the far side's window when the last of them
/// is handled; a failure is told at once, whatever the others wait for.
/// </summary>
internal sealed class HeldBatch(Peer.Batch batch)
{
    private List<Peer.HandlingFailure>? _failures;
    private int _handled;
    private bool _isOver;

    /// <summary>Who brought it, and takes replies.</summary>
    public IActorRef Peer => batch.Peer;

    /// <summary>True once nothing that happens to its messages means anything.</summary>
    public bool IsOver => _isOver;

    /// <summary>One of its messages was handled.</summary>
    public void Handled() => _handled++;

    /// <summary>One of its messages was not taken.</summary>
    public void Fail(in InboundMessage message, ChannelFailure reason)
    {
        (_failures ??= []).Add(new Peer.HandlingFailure(message, reason));
        _handled++;
    }

    /// <summary>Somebody else answers for it.</summary>
    public void Abandon() => _isOver = true;

    /// <summary>Tells the peer what it does not know yet.</summary>
    public void Report(IActorRef self)
    {
        if (_isOver)
        {
            return;
        }

        _isOver = _handled >= batch.Messages.Count;
        if (_isOver)
        {
            batch.Peer.Tell(new Peer.Handled(batch.Number, _failures ?? (IReadOnlyList<Peer.HandlingFailure>)[]), self);
        }
        else if (_failures is not null)
        {
            batch.Peer.Tell(new Peer.NotTaken(_failures), self);
        }

        _failures = null;
    }
}
