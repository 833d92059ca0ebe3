using ActorP2P.Protocol.Identity;

namespace ActorP2P.Benchmarks.Wire;

/// <summary>
/// The module that sends. It keeps a window of messages under way, which the receiving module in the same process
/// opens again by a local message, as an application's own acknowledgements would; a refusal as busy is waited out.
/// </summary>
internal sealed class SendingModule : ReceiveActor
{
    public const string OneWayType = "one-way";
    public const string EchoType = "echo";

    // In flight at most: two windows of a channel, so that neither side ever waits for this benchmark itself.
    private const int MaxBytesUnderWay = 8 * 1024 * 1024;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(20);

    private readonly IActorRef _peerManager;
    private readonly string _namespace;
    private readonly NodeId _to;
    private readonly Queue<object> _refused = new();
    private byte[] _payload = [];
    private TaskCompletionSource _done = new();
    private int _unsent;
    private int _underWay;
    private int _unanswered;

    public SendingModule(IActorRef peerManager, string ns, NodeId to)
    {
        _peerManager = peerManager;
        _namespace = ns;
        _to = to;
        Receive<SendMany>(Begin);
        Receive<ReceivingModule.Progress>(progress =>
        {
            _underWay -= progress.Messages;
            SendOn();
        });
        Receive<AskMany>(Begin);
        Receive<Reply>(_ => AskOn());
        Receive<SendRefused>(refused => _refused.Enqueue(refused.Message));
        Receive<Ready>(_ =>
        {
            while (_refused.TryDequeue(out var message))
            {
                _peerManager.Tell(message);
            }
        });
        Receive<SendFailed>(failed => Fail(failed.Reason));
        Receive<RequestFailed>(failed => Fail(failed.Reason));
    }

    private void Begin(SendMany many)
    {
        (_payload, _unsent, _done, _underWay) = (many.Payload, many.Count, many.Done, 0);
        SendOn();
    }

    private void Begin(AskMany many)
    {
        (_payload, _unanswered, _done) = (many.Payload, many.Count + 1, many.Done);
        AskOn();
    }

    private void SendOn()
    {
        for (var room = MaxBytesUnderWay / _payload.Length; _unsent > 0 && _underWay < room; _unsent--)
        {
            _peerManager.Tell(new NamespaceRouter.Unicast(_namespace, _to, OneWayType, _payload));
            _underWay++;
        }
    }

    private void AskOn()
    {
        if (--_unanswered == 0)
        {
            _done.TrySetResult();
            return;
        }

        _peerManager.Tell(new NamespaceRouter.Request(_namespace, _to, EchoType, _payload, RequestTimeout));
    }

    private void Fail(SendFailure reason) => _done.TrySetException(new IOException($"the benchmark's message failed: {reason}"));

    internal sealed record SendMany(byte[] Payload, int Count, TaskCompletionSource Done);

    internal sealed record AskMany(byte[] Payload, int Count, TaskCompletionSource Done);
}

/// <summary>The module that counts what arrives, and answers requests with their own payload.</summary>
internal sealed class ReceivingModule : ReceiveActor
{
    // Small against the window, large against the cost of a message to the sender.
    private const int MessagesPerProgress = 16;

    private IActorRef _sender = ActorRefs.Nobody;
    private TaskCompletionSource _done = new();
    private int _missing;

    public ReceivingModule()
    {
        Receive<Expect>(expect => (_missing, _done, _sender) = (expect.Messages, expect.Done, expect.Sender));
        Receive<Delivery>(Take);
    }

    private void Take(Delivery delivery)
    {
        if (delivery.Type == SendingModule.EchoType)
        {
            Sender.Tell(delivery.Payload);
            return;
        }

        _missing--;
        if (_missing % MessagesPerProgress == 0)
        {
            _sender.Tell(new Progress(MessagesPerProgress));
        }

        if (_missing == 0)
        {
            _done.TrySetResult();
        }
    }

    internal sealed record Expect(int Messages, TaskCompletionSource Done, IActorRef Sender);

    internal sealed record Progress(int Messages);
}
