namespace ActorP2P.Protocol.Settings;

/// <summary><c>actorp2p.events</c>: what observers of a namespace are told at most.</summary>
/// <param name="MaxPerSecond">Events a second of each kind that a remote can cause at will; the rest is only counted.</param>
/// <param name="StatusPerSecond">Events a second about one member's topics and status; what is more is gathered and told later.</param>
/// <param name="StatusBurst">The same at once.</param>
/// <param name="RouteInterval">Least time between two looks at the routes that led to events.</param>
public sealed record EventSettings(int MaxPerSecond, int StatusPerSecond, int StatusBurst, TimeSpan RouteInterval);

/// <summary><c>actorp2p.supervision</c>: failures that are borne before the next larger part gives up.</summary>
/// <param name="Window">In which failures are counted.</param>
/// <param name="MaxPartRestarts">Restarts of one part of the node or of the physical layer.</param>
/// <param name="MaxNamespaceRestarts">Restarts of one namespace, and of one of its parts.</param>
/// <param name="MaxPeerFailures">Failures of one remote node's sessions, before they cost its link.</param>
public sealed record SupervisionSettings(TimeSpan Window, int MaxPartRestarts, int MaxNamespaceRestarts, int MaxPeerFailures);
