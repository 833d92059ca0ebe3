using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ActorP2P.Protocol.Gossip;

/// <summary>The text form host:port, with IPv6 hosts in brackets (RFC 3986, 3.2.2).</summary>
public static class NetworkAddress
{
    /// <summary>
    /// Splits host and port. Only the form is judged: printable ASCII without spaces, a port from 1 to 65,535.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out string? host, out int port)
    {
        host = null;
        port = 0;
        var colon = text.LastIndexOf(':');
        if (colon <= 0
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            || port is < 1 or > ushort.MaxValue)
        {
            return false;
        }

        var name = text[..colon];
        var bracketed = name.Length > 2 && name[0] == '[' && name[^1] == ']';
        var bare = bracketed ? name[1..^1] : name;
        if (bare.AsSpan().ContainsAnyExceptInRange('!', '~') || bare.AsSpan().ContainsAny('[', ']', '/') || (!bracketed && bare.Contains(':', StringComparison.Ordinal)))
        {
            return false;
        }

        host = bare;
        return true;
    }
}
