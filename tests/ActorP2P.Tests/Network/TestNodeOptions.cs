using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Transport;

namespace ActorP2P.Tests.Network;

/// <summary>What one node is started with.</summary>
internal sealed record TestNodeOptions
{
    /// <summary>Its name: of its actor system, its certificate, and its host in a memory network.</summary>
    public required string Name { get; init; }

    /// <summary>node.key, node.crt and ca.crt.</summary>
    public required IssuedNode Files { get; init; }

    /// <summary>Memory transport; null means TCP on the loopback interface.</summary>
    public MemoryNetwork? Memory { get; init; }

    /// <summary>TLS on TCP; the memory transport has none.</summary>
    public bool Tls { get; init; }

    /// <summary>Our own sealed records.</summary>
    public bool Encryption { get; init; } = true;

    /// <summary>Whom it dials.</summary>
    public IReadOnlyList<string> Peers { get; init; } = [];

    /// <summary>Name of the network.</summary>
    public string NetworkId { get; init; } = "test-network";

    /// <summary>Namespaces opened at start.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = ["chain"];

    /// <summary>More HOCON inside the section <c>actorp2p</c>; wins over everything here.</summary>
    public string Hocon { get; init; } = "";

    /// <summary>The node's clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The actor system's own configuration.</summary>
    public string SystemHocon { get; init; } = "";

    /// <summary>Sees the actor system before the node starts in it.</summary>
    public Action<ActorSystem> OnSystem { get; init; } = static system => system.EventStream.SetLogLevel(LogLevel.ErrorLevel);

    /// <summary>What happens to each dial before it goes out.</summary>
    public Action<Action>? HoldDial { get; init; }
}
