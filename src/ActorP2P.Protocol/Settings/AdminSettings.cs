namespace ActorP2P.Protocol.Settings;

/// <summary><c>actorp2p.admin</c>: the endpoint through which the program's own commands ask a running node.</summary>
/// <param name="Enabled">Off: nobody can ask.</param>
/// <param name="Socket">Path of the Unix domain socket; empty: <c>admin.sock</c> in the data directory.</param>
/// <param name="MaxConnections">Connections at once.</param>
/// <param name="MaxRequestBytes">Longest request, without its line end.</param>
/// <param name="MaxAnswerBytes">Longest answer.</param>
/// <param name="MaxWaitingBytes">Events that may wait for one follower.</param>
/// <param name="RecentEvents">Last events that are kept for who asks later.</param>
/// <param name="RequestTimeout">Time for finding an answer, and again for writing it.</param>
/// <param name="IdleTimeout">A connection without a request for this long is closed.</param>
public sealed record AdminSettings(
    bool Enabled,
    string Socket,
    int MaxConnections,
    int MaxRequestBytes,
    int MaxAnswerBytes,
    int MaxWaitingBytes,
    int RecentEvents,
    TimeSpan RequestTimeout,
    TimeSpan IdleTimeout);
