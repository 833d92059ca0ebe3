namespace ActorP2P.Protocol.Settings;

/// <summary>Where members to dial are known from.</summary>
public enum DiscoveryMode
{
    /// <summary>The configuration.</summary>
    Static,

    /// <summary>The configuration and signed link states.</summary>
    Gossip,

    /// <summary>The configuration and a directory that the host feeds: the members of an Akka.NET cluster.</summary>
    Cluster,
}

/// <summary><c>actorp2p.discovery</c>: whom to dial beyond the configured members.</summary>
/// <param name="Mode">Where members beyond the configured ones are known from.</param>
/// <param name="TargetLinks">Below so many links such members are dialled.</param>
/// <param name="MaxMembers">Of them in the dial plan.</param>
/// <param name="MaxAddresses">Addresses tried of each.</param>
/// <param name="MaxDelay">Longest pause between two rounds of dials of one of them.</param>
/// <param name="Names">Host names are resolved too; what they resolve to is judged as addresses are.</param>
/// <param name="Allow">Prefixes (CIDR) that are dialled although they are loopback, link-local or otherwise special.</param>
public sealed record DiscoverySettings(
    DiscoveryMode Mode,
    int TargetLinks,
    int MaxMembers,
    int MaxAddresses,
    TimeSpan MaxDelay,
    bool Names,
    IReadOnlyList<string> Allow);
