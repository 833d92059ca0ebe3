using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.AkkaRemoting;

/// <summary>
/// A node ID as the host of an Akka address. The 128 hex digits stand in four labels of 32, because a host label has
/// at most 63 characters (RFC 1035, 2.3.4): <c>akka.p2p://system@aaaa.bbbb.cccc.dddd:1</c>.
/// </summary>
public static class NodeAddress
{
    /// <summary>Every address needs a port; identities have none.</summary>
    public const int Port = 1;

    private const int LabelLength = 32;

    /// <summary>The host of a node.</summary>
    public static string HostOf(NodeId node) =>
        string.Join('.', node.ToString().Chunk(LabelLength).Select(static label => new string(label)));

    /// <summary>The address of a system on a node, in the scheme of the transport.</summary>
    public static Address Of(NodeId node, string system) => new(P2PTransport.Scheme, system, HostOf(node), Port);

    /// <summary>The node that an address belongs to; false when its host is not an ID in exactly this form.</summary>
    public static bool TryGetNode(string? host, [NotNullWhen(true)] out NodeId? node)
    {
        node = null;
        return host is not null
            && NodeId.TryParse(host.Replace(".", "", StringComparison.Ordinal), out node)
            && HostOf(node) == host;
    }
}
