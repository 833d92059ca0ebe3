namespace ActorP2P.Actors.TestKit;

/// <summary>Sends everything to the test actor, and back to its sender.</summary>
public class EchoActor : ReceiveActor
{
    /// <summary>Answers to the test actor alone without <paramref name="echoBackToSenderAsWell"/>.</summary>
    public EchoActor(TestKitBase testkit, bool echoBackToSenderAsWell = true) => ReceiveAny(message =>
    {
        if (echoBackToSenderAsWell && !Sender.Equals(testkit.TestActor))
            Sender.Forward(message);
        testkit.TestActor.Tell(message, Sender);
    });

    /// <summary>Makes one.</summary>
    public static Props Props(TestKitBase testkit, bool echoBackToSenderAsWell = true) =>
        Actors.Props.Create(() => new EchoActor(testkit, echoBackToSenderAsWell));
}

/// <summary>Sends everything back to its sender.</summary>
public class SimpleEchoActor : ReceiveActor
{
    /// <summary>Needs nothing.</summary>
    public SimpleEchoActor() => ReceiveAny(message => Sender.Tell(message));

    /// <summary>Makes one.</summary>
    public static Props Props() => Actors.Props.Create(() => new SimpleEchoActor());
}

/// <summary>Handles everything by doing nothing.</summary>
public class BlackHoleActor : ActorBase
{
    /// <summary>Makes one.</summary>
    public static Props Props { get; } = Actors.Props.Create<BlackHoleActor>();

    /// <inheritdoc/>
    protected override bool Receive(object message) => true;
}

/// <summary>Forwards everything.</summary>
public class ForwardActor : ReceiveActor
{
    /// <summary>Forwards to that actor.</summary>
    public ForwardActor(IActorRef target) => ReceiveAny(target.Forward);

    /// <summary>Makes one.</summary>
    public static Props Props(IActorRef target) => Actors.Props.Create(() => new ForwardActor(target));
}

/// <summary>Handles nothing.</summary>
public class UnhandledMessageActor : ReceiveActor;
