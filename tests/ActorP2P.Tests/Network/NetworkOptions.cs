using ActorP2P.Transport;

namespace ActorP2P.Tests.Network;

/// <summary>What all nodes of a test network have in common.</summary>
internal sealed record NetworkOptions
{
    /// <summary>Memory transport; null means TCP on the loopback interface.</summary>
    public MemoryNetwork? Memory { get; init; } = new();

    public bool Tls { get; init; }

    public bool Encryption { get; init; } = true;

    public IReadOnlyList<string> Namespaces { get; init; } = ["chain"];

    /// <summary>More HOCON inside the section <c>actorp2p</c> of every node.</summary>
    public string Hocon { get; init; } = "";

    /// <summary>Changes what a node is started with.</summary>
    public Func<TestNodeOptions, TestNodeOptions> EachNode { get; init; } = static node => node;

    /// <summary>The memory transport, a network of its own.</summary>
    public static NetworkOptions OnMemory => new();

    /// <summary>Real sockets with both layers of protection, as configured by default.</summary>
    public static NetworkOptions OnTcp => new() { Memory = null, Tls = true };

    public TestNodeOptions NodeOptions(string name, TestConsortium? consortium = null) => EachNode(new TestNodeOptions
    {
        Name = name,
        Files = (consortium ?? TestConsortium.Ours).Issue(name),
        Memory = Memory,
        Tls = Tls,
        Encryption = Encryption,
        Namespaces = Namespaces,
        Hocon = Hocon,
    });
}
