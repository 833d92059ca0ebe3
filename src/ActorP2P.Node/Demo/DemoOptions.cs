using ActorP2P.Protocol.Identity;

namespace ActorP2P.Program.Demo;

/// <summary>What the user asked the demo for.</summary>
/// <param name="Nodes">Members, at least 2.</param>
/// <param name="Seconds">Time over which the messages of both phases are spread.</param>
/// <param name="Tls">TLS 1.3 on the links.</param>
/// <param name="Encryption">Our own records on the links.</param>
/// <param name="Curve">Identity curve.</param>
/// <param name="Suite">The one suite to allow; null for the default list.</param>
/// <param name="Directory">Where the network's files go.</param>
public sealed record DemoOptions(int Nodes, int Seconds, bool Tls, bool Encryption, IdentityCurve Curve, string? Suite, string Directory);
