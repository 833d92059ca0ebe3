using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>The form of addresses in the configuration: host:port with an IPv4 address, an IPv6 one in brackets, or a DNS name.</summary>
public static class EndpointSyntax
{
    /// <summary>What is wrong with an address to dial; null when it is well formed.</summary>
    public static string? ProblemOfDialled(string text) => Problem(text, minPort: 1);

    /// <summary>What is wrong with an address to bind (port 0 takes a free one); null when it is well formed.</summary>
    public static string? ProblemOfBound(string text) => Problem(text, minPort: 0);

    private static string? Problem(string text, int minPort) =>
        !EndpointAddress.TryParse(text, out var address) ? $"\"{text}\" is not host:port, with an IPv6 address in brackets"
        : address.Port < minPort ? $"\"{text}\" has port 0, which nobody can dial"
        : null;
}
