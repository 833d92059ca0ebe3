using ActorP2P.Protocol.Identity;

namespace ActorP2P.Program.Provisioning;

/// <summary>A network to make from nothing: one CA, one agency, its nodes.</summary>
/// <param name="Id">The network's name.</param>
/// <param name="Directory">Where the files go; must be absent or empty.</param>
/// <param name="Agency">Common name of the agency.</param>
/// <param name="Curve">The network's identity curve.</param>
/// <param name="Suites">Cipher suites in order of preference; empty for the curve's standard.</param>
/// <param name="Endpoints">host:port of each node, in order.</param>
/// <param name="SharedSettings">More HOCON for the file that all nodes include; empty for none.</param>
/// <param name="NodeDays">Days that a node's certificates are valid.</param>
public sealed record NetworkRequest(
    string Id,
    string Directory,
    string Agency,
    IdentityCurve Curve,
    IReadOnlyList<string> Suites,
    IReadOnlyList<string> Endpoints,
    string SharedSettings,
    int NodeDays);

/// <summary>A node whose files were made.</summary>
/// <param name="Index">Position in the request.</param>
/// <param name="Id">Its ID.</param>
/// <param name="Directory">Its directory.</param>
/// <param name="ConfigFile">Its node.conf.</param>
/// <param name="Endpoint">Where it listens.</param>
public sealed record ProvisionedNode(int Index, NodeId Id, string Directory, string ConfigFile, string Endpoint);
