using System.Globalization;
using System.Net;

namespace ActorP2P;

/// <summary>The form of addresses in the configuration: host:port with an IPv4 address, an IPv6 one in brackets, or a DNS name.</summary>
public static class EndpointSyntax
{
    /// <summary>What is wrong with an address to dial; null when it is well formed.</summary>
    public static string? ProblemOfDialled(string text) => Problem(text, minPort: 1);

    /// <summary>What is wrong with an address to bind (port 0 takes a free one); null when it is well formed.</summary>
    public static string? ProblemOfBound(string text) => Problem(text, minPort: 0);

    private static string? Problem(string text, int minPort)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0)
        {
            return $"\"{text}\" is not host:port";
        }

        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port < minPort || port > IPEndPoint.MaxPort)
        {
            return $"\"{text}\" has no port of {minPort} to {IPEndPoint.MaxPort}";
        }

        return ProblemOfHost(text[..colon], text);
    }

    private static string? ProblemOfHost(string host, string text)
    {
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            return IPAddress.TryParse(host.AsSpan(1, host.Length - 2), out _) ? null : $"\"{text}\" has no IPv6 address in its brackets";
        }

        if (host.Contains(':'))
        {
            return $"\"{text}\": an IPv6 address stands in brackets, [{host}]:port";
        }

        return Uri.CheckHostName(host) is UriHostNameType.Unknown ? $"\"{text}\" has no valid host name" : null;
    }
}
