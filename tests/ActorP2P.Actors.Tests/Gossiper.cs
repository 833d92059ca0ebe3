namespace ActorP2P.EngineTests;

/// <summary>Tells a random colleague something now and then, and passes on what it hears.</summary>
internal sealed class Gossiper : ReceiveActor, IWithTimers
{
    private IActorRef[] _members = [];

    public Gossiper(Random random)
    {
        Receive<IActorRef[]>(members =>
        {
            _members = members;
            Timers.StartPeriodicTimer("gossip", "tick", TimeSpan.FromMilliseconds(random.Next(100, 1000)));
        });
        Receive<string>(_ => _members[random.Next(_members.Length)].Tell(random.Next(5)));
        Receive<int>(ttl =>
        {
            if (ttl > 0)
                _members[random.Next(_members.Length)].Tell(ttl - 1);
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;
}
