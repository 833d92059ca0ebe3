using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace ActorP2P.Transport;

/// <summary>A host:port text taken apart. The host is an IPv4 address, an IPv6 address or a DNS name.</summary>
/// <param name="Host">Without the brackets of an IPv6 address.</param>
/// <param name="Port">0 to 65535.</param>
public sealed record EndpointAddress(string Host, int Port)
{
    /// <summary>Longest host accepted: a DNS name has at most 253 characters (RFC 1035, section 2.3.4).</summary>
    public const int MaxHostLength = 253;

    /// <summary>Reads <c>host:port</c>, <c>1.2.3.4:port</c> or <c>[v6]:port</c>; false for anything else.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EndpointAddress? address)
    {
        address = null;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (text is null || colon <= 0)
        {
            return false;
        }

        var host = text[..colon];
        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (bracketed)
        {
            host = host[1..^1];
        }

        var wellFormed = bracketed
            ? IPAddress.TryParse(host, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            : host.Length <= MaxHostLength && host.IndexOfAny([':', '[', ']', ' ', '/']) < 0;
        if (!wellFormed
            || host.Length == 0
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return false;
        }

        address = new EndpointAddress(host, port);
        return true;
    }

    /// <summary>The text that <see cref="TryParse"/> reads back.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    /// <summary>An IP endpoint as text; an IPv4 address that came in over IPv6 is shown as IPv4.</summary>
    internal static EndpointAddress Of(EndPoint? endpoint) => endpoint is IPEndPoint ip
        ? new EndpointAddress(Plain(ip.Address).ToString(), ip.Port)
        : new EndpointAddress("unknown", 0);

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
