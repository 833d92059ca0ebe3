using System.Net;
using System.Net.Sockets;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>
/// Which addresses of third parties may be dialled. A member could otherwise make others open connections to services of
/// their own machines or of their hosting company: loopback, link-local (cloud metadata among them), multicast and
/// reserved ranges (IANA special-purpose registries, RFC 6890), and metadata services elsewhere.
/// </summary>
internal sealed class AddressPolicy
{
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "fe80::/10", "fec0::/10", "ff00::/8",

            // Metadata and control services of Alibaba Cloud, Azure and AWS outside of the link-local ranges.
            "100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::/32",
        }.Select(static prefix => IPNetwork.Parse(prefix)),
    ];

    // IPv4 addresses in IPv6 clothes: mapped (RFC 4291, 2.5.5.2) ones the framework knows, translated ones (RFC 6052) not.
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    private readonly bool _names;
    private readonly IPNetwork[] _allowed;

    public AddressPolicy(DiscoverySettings settings)
    {
        _names = settings.Names;
        _allowed = [.. settings.Allow.Select(static prefix => IPNetwork.Parse(prefix))];
    }

    /// <summary>True when the text may be dialled as far as it tells: a name is judged again when it is resolved.</summary>
    public bool Accepts(string address) =>
        NetworkAddress.TryParse(address, out var host, out _) && (IPAddress.TryParse(host, out var ip) ? Accepts(ip) : _names);

    /// <summary>True when the address may be dialled.</summary>
    public bool Accepts(IPAddress address)
    {
        var ip = Unwrap(address);
        return Array.Exists(_allowed, prefix => Contains(prefix, ip)) || !Array.Exists(Special, prefix => Contains(prefix, ip));
    }

    private static bool Contains(IPNetwork prefix, IPAddress ip) => prefix.BaseAddress.AddressFamily == ip.AddressFamily && prefix.Contains(ip);

    private static IPAddress Unwrap(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.AddressFamily == AddressFamily.InterNetworkV6 && Translated.Contains(address) ? new IPAddress(address.GetAddressBytes()[12..])
        : address;
}
