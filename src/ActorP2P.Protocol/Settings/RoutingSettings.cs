namespace ActorP2P.Protocol.Settings;

/// <summary><c>actorp2p.routing</c>: packets through relays, between nodes without a link.</summary>
/// <param name="HopLimit">Most relays that a packet passes.</param>
/// <param name="RelayQueueBytes">Bytes of one origin that wait at this relay for one next hop.</param>
/// <param name="MaxTunnels">Tunnels of this node at once.</param>
/// <param name="OpenTimeout">Time for the handshake through relays.</param>
/// <param name="IdleTimeout">A tunnel without payload for so long is closed.</param>
/// <param name="ResumeTimeout">How long messages wait for another way after a session was lost.</param>
/// <param name="HelloRatePerSecond">Handshakes a second that one source may ask for through relays.</param>
/// <param name="HelloBurst">And in one burst.</param>
/// <param name="LinkHelloRatePerSecond">The same for all sources behind one link.</param>
/// <param name="LinkHelloBurst">And in one burst.</param>
/// <param name="DistancesPerSecond">Fields of distances a second that packets of one link may make this node compute.</param>
/// <param name="DistancesBurst">And in one burst.</param>
/// <param name="NoticesPerSecond">Sources a second that are told why packets of one link did not go on, and in one burst.</param>
/// <param name="ViewIntervalPerClaim">Time between two views of the network, for each claimed link end.</param>
/// <param name="MaxViewInterval">Longest time that a changed link stays out of the view.</param>
public sealed record RoutingSettings(
    int HopLimit,
    int RelayQueueBytes,
    int MaxTunnels,
    TimeSpan OpenTimeout,
    TimeSpan IdleTimeout,
    TimeSpan ResumeTimeout,
    double HelloRatePerSecond,
    int HelloBurst,
    double LinkHelloRatePerSecond,
    int LinkHelloBurst,
    double DistancesPerSecond,
    int DistancesBurst,
    int NoticesPerSecond,
    TimeSpan ViewIntervalPerClaim,
    TimeSpan MaxViewInterval);
