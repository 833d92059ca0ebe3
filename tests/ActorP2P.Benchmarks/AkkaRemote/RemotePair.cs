using System.Diagnostics;

namespace ActorP2P.Benchmarks.AkkaRemote;

/// <summary>Two ActorSystems in this process that reach each other through Akka.Remote on one transport.</summary>
internal sealed class RemotePair : IAsyncDisposable
{
    public const int MostClients = 5;

    private const int PingsInFlight = 100;
    private const int BytesInFlight = 8 * 1024 * 1024;
    private const int MostPayloadsInFlight = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(3);

    private readonly ActorSystem _near;
    private readonly ActorSystem _far;
    private readonly List<(IActorRef Ping, IActorRef Echo)> _players = [];
    private IActorRef _sender = ActorRefs.Nobody;
    private IActorRef _receiver = ActorRefs.Nobody;

    private RemotePair(ActorSystem near, ActorSystem far)
    {
        _near = near;
        _far = far;
    }

    /// <summary>Starts the actors of both sides and associates the systems.</summary>
    public static async Task<RemotePair> ConnectAsync(ActorSystem near, ActorSystem far)
    {
        var pair = new RemotePair(near, far);
        for (var i = 0; i < MostClients; i++)
        {
            far.ActorOf(Props.Create(() => new EchoPlayer()), $"echo{i}");
            pair._players.Add((near.ActorOf(Props.Create(() => new PingPlayer()), $"ping{i}"), await pair.ResolveAsync($"echo{i}")));
        }

        far.ActorOf(Props.Create(() => new PayloadReceiver()), "receiver");
        pair._receiver = await pair.ResolveAsync("receiver");
        pair._sender = near.ActorOf(Props.Create(() => new PayloadSender()), "sender");
        return pair;
    }

    /// <summary>Messages a second, both directions counted.</summary>
    public async Task<double> PingPongAsync(int clients, int rounds)
    {
        var games = _players.Take(clients).Select(player => (player.Ping, Play: new PingPlayer.Play(player.Echo, rounds, PingsInFlight, NewDone()))).ToArray();
        var start = Stopwatch.GetTimestamp();
        foreach (var (ping, play) in games)
        {
            ping.Tell(play, ActorRefs.NoSender);
        }

        await Task.WhenAll(games.Select(static game => game.Play.Done.Task)).WaitAsync(Patience);
        return 2.0 * clients * rounds / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Megabytes (10^6) of payload a second, from the first one sent to the report of the last one.</summary>
    public async Task<double> OneWayAsync(int payloadBytes, int count)
    {
        var run = new PayloadSender.SendMany(_receiver, payloadBytes, count, InFlight(payloadBytes), NewDone());
        var start = Stopwatch.GetTimestamp();
        _sender.Tell(run, ActorRefs.NoSender);
        await run.Done.Task.WaitAsync(Patience);
        return (double)payloadBytes * count / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Rounded so that every payload of a run is reported.</summary>
    public static int WholeReports(int payloadBytes, int count)
    {
        var every = Math.Max(1, InFlight(payloadBytes) / 4);
        return Math.Max(1, count / every) * every;
    }

    public async ValueTask DisposeAsync()
    {
        await _near.Terminate();
        await _far.Terminate();
    }

    private static int InFlight(int payloadBytes) => Math.Clamp(BytesInFlight / payloadBytes, 1, MostPayloadsInFlight);

    private static TaskCompletionSource NewDone() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The far actor's reference, once the association stands.</summary>
    private async Task<IActorRef> ResolveAsync(string name)
    {
        var address = ((ExtendedActorSystem)_far).Provider.DefaultAddress;
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                return await _near.ActorSelection($"{address}/user/{name}").ResolveOne(Attempt);
            }
            catch (ActorNotFoundException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), limit.Token);
            }
        }
    }
}
