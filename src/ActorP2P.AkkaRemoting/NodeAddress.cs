using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.AkkaRemoting;

/// <summary>
/// A node ID as the host of an Akka address, in the form of <see cref="NodeLabel"/>: <c>akka.p2p://system@label:1</c>. Behind it,
/// and with its port, may stand the place where the node listens: <c>akka.p2p://system@label.10.0.0.1:30300</c>.
/// </summary>
public static class NodeAddress
{
    /// <summary>The port of an address without a place: every address needs one, and identities have none.</summary>
    public const int Port = 1;

    private const int IPv6Digits = 32;
    private const int MaxHostLength = 253;
    private const string IPv6Suffix = ".ip6";

    /// <summary>The host of a node.</summary>
    /// <exception cref="ArgumentException">The ID is a point of no curve that a network may have.</exception>
    public static string HostOf(NodeId node) => NodeLabel.Of(node);

    /// <summary>The address of a system on a node, in the scheme of the transport.</summary>
    public static Address Of(NodeId node, string system) => new(P2PTransport.Scheme, system, HostOf(node), Port);

    /// <summary>The address of a system on a node that also says where the node listens.</summary>
    /// <param name="node">The node.</param>
    /// <param name="system">The system's name.</param>
    /// <param name="place">host:port, with an IPv6 address in brackets.</param>
    /// <exception cref="ArgumentException">The place has another form, or its host is too long for an address.</exception>
    public static Address Of(NodeId node, string system, string place) =>
        NetworkAddress.TryParse(place, out var host, out var port) && $"{HostOf(node)}.{LabelsOf(host)}" is var whole && TryGetNode(whole, out _)
            ? new Address(P2PTransport.Scheme, system, whole, port)
            : throw new ArgumentException($"'{place}' is no place for an address.", nameof(place));

    /// <summary>The node that an address belongs to; false when its host is not an ID, with or without a place, in exactly this form.</summary>
    public static bool TryGetNode(string? host, [NotNullWhen(true)] out NodeId? node)
    {
        node = null;
        return host is { Length: >= NodeLabel.Length and <= MaxHostLength }
            && (host.Length == NodeLabel.Length || host[NodeLabel.Length] == '.')
            && NodeLabel.TryGetNode(host.AsSpan(0, NodeLabel.Length), out node)
            && (host.Length == NodeLabel.Length || TryGetHost(host[(NodeLabel.Length + 1)..], out _));
    }

    /// <summary>Whether a host has the form of a node's; cheap, and no proof that there is such a node.</summary>
    internal static bool HasForm(string? host) =>
        host is { Length: >= NodeLabel.Length and <= MaxHostLength } && NodeLabel.HasForm(host.AsSpan(0, NodeLabel.Length));

    /// <summary>Where the node listens, as host:port, when the address says so.</summary>
    public static bool TryGetPlace(Address address, [NotNullWhen(true)] out string? place)
    {
        ArgumentNullException.ThrowIfNull(address);
        place = null;
        if (address is { Host: { Length: > NodeLabel.Length } host, Port: > 0 and <= ushort.MaxValue }
            && TryGetNode(host, out _)
            && TryGetHost(host[(NodeLabel.Length + 1)..], out var listens))
        {
            place = $"{listens}:{address.Port}";
        }

        return place is not null;
    }

    // A colon cannot stand in a host: an IPv6 address is written as one label of 32 hex digits.
    private static string LabelsOf(string host) => IPAddress.TryParse(host, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6
        ? Convert.ToHexStringLower(ip.GetAddressBytes()) + IPv6Suffix
        : host.ToLowerInvariant();

    // What does not read back as it was written would be a second address of the same place.
    private static bool TryGetHost(string labels, [NotNullWhen(true)] out string? host)
    {
        host = labels;
        if (labels.EndsWith(IPv6Suffix, StringComparison.Ordinal))
        {
            var hex = labels[..^IPv6Suffix.Length];
            host = hex.Length == IPv6Digits && hex.All(char.IsAsciiHexDigitLower) ? $"[{new IPAddress(Convert.FromHexString(hex))}]" : null;
            return host is not null;
        }

        return labels.Split('.').All(static label => label.Length > 0 && label.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_'));
    }
}
