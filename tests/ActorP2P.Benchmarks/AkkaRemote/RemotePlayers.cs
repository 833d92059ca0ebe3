namespace ActorP2P.Benchmarks.AkkaRemote;

/// <summary>Sends back what comes; nobody counts here.</summary>
internal sealed class EchoPlayer : UntypedActor
{
    protected override void OnReceive(object message) => Sender.Tell(message, Self);
}

/// <summary>Keeps a number of messages in flight to one far actor until that many came back.</summary>
internal sealed class PingPlayer : UntypedActor
{
    private const string Ball = "hit";

    private int _toSend;
    private int _toReceive;
    private TaskCompletionSource? _done;

    /// <summary>A game; it ends when as many answers came as messages went.</summary>
    internal sealed record Play(IActorRef Far, int Rounds, int InFlight, TaskCompletionSource Done);

    protected override void OnReceive(object message)
    {
        if (message is Play play)
        {
            (_toSend, _toReceive, _done) = (play.Rounds, play.Rounds, play.Done);
            for (var i = Math.Min(play.InFlight, play.Rounds); i > 0; i--)
            {
                Send(play.Far);
            }

            return;
        }

        if (_toSend > 0)
        {
            Send(Sender);
        }

        if (--_toReceive == 0)
        {
            _done?.TrySetResult();
        }
    }

    private void Send(IActorRef far)
    {
        _toSend--;
        far.Tell(Ball, Self);
    }
}

/// <summary>Sends payloads one way, so many ahead of what the receiver has reported.</summary>
internal sealed class PayloadSender : UntypedActor
{
    private byte[] _payload = [];
    private IActorRef _far = ActorRefs.Nobody;
    private int _toSend;
    private int _toReceive;
    private TaskCompletionSource? _done;

    /// <summary>A run; it ends when the receiver has reported all.</summary>
    internal sealed record SendMany(IActorRef Far, int PayloadBytes, int Count, int InFlight, TaskCompletionSource Done);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SendMany run:
                (_payload, _far, _toSend, _toReceive, _done) = (new byte[run.PayloadBytes], run.Far, run.Count, run.Count, run.Done);
                _far.Tell(Math.Max(1, run.InFlight / 4), Self);
                Send(run.InFlight);
                break;
            case int received:
                _toReceive -= received;
                Send(received);
                if (_toReceive == 0)
                {
                    _done?.TrySetResult();
                }

                break;
        }
    }

    private void Send(int count)
    {
        for (var i = Math.Min(count, _toSend); i > 0; i--)
        {
            _toSend--;
            _far.Tell(_payload, Self);
        }
    }
}

/// <summary>Counts payloads and reports every so many of them; a number says how many.</summary>
internal sealed class PayloadReceiver : UntypedActor
{
    private int _reportEvery = 1;
    private int _received;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case int reportEvery:
                (_reportEvery, _received) = (reportEvery, 0);
                break;
            case byte[] when ++_received == _reportEvery:
                Sender.Tell(_received, Self);
                _received = 0;
                break;
        }
    }
}
