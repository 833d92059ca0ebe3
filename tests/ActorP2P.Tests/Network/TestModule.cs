namespace ActorP2P.Tests.Network;

/// <summary>An upstream module as an application has it: an actor that records what it receives and may answer it.</summary>
internal sealed class TestModule
{
    private TestModule(IActorRef reference, MessageLog log)
    {
        Ref = reference;
        Log = log;
    }

    public IActorRef Ref { get; }

    public MessageLog Log { get; }

    /// <param name="system">Where it lives.</param>
    /// <param name="answer">Gives the reply to a delivery, null for none; it may throw, as a faulty module does.</param>
    public static TestModule Start(ActorSystem system, Func<Delivery, object?>? answer = null)
    {
        var log = new MessageLog();
        return new TestModule(system.ActorOf(Props.Create(() => new Recorder(log, answer))), log);
    }

    private sealed class Recorder(MessageLog log, Func<Delivery, object?>? answer) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            log.Add(message);
            if (message is Delivery delivery && answer?.Invoke(delivery) is { } reply)
            {
                Sender.Tell(reply);
            }
        }
    }
}
