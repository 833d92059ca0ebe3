using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>What the manager knows beyond its own restart. Only the manager touches it.</summary>
internal sealed class NamespaceMemory
{
    /// <summary>All namespaces by name.</summary>
    public Dictionary<string, OpenNamespace> Open { get; } = new(StringComparer.Ordinal);

    /// <summary>Numbers their starts.</summary>
    public IncarnationSource Incarnations { get; } = new();

    /// <summary>Follows the table of namespaces.</summary>
    public IActorRef Router { get; set; } = ActorRefs.Nobody;
}

/// <summary>A namespace that is open, or on its way there or back.</summary>
internal sealed class OpenNamespace(NamespaceSettings settings)
{
    /// <summary>With which it was opened.</summary>
    public NamespaceSettings Settings { get; } = settings;

    /// <summary>What its modules asked for.</summary>
    public ModuleDemand Demand { get; } = new();

    /// <summary>Its actor.</summary>
    public IActorRef PeerManager { get; set; } = ActorRefs.Nobody;

    /// <summary>True once it stands in the slot map.</summary>
    public bool IsReady { get; set; }

    /// <summary>True from Close to its end.</summary>
    public bool IsClosing { get; set; }

    /// <summary>Who waits for <see cref="Opened"/>; at most <see cref="P2PManager.MaxWaiting"/>.</summary>
    public List<IActorRef> Openers { get; } = [];

    /// <summary>Who waits for <see cref="Closed"/>; at most <see cref="P2PManager.MaxWaiting"/>.</summary>
    public List<IActorRef> Closers { get; } = [];

    /// <summary>The message that opens it again once it is closed.</summary>
    public List<(NamespaceRouter.Open Message, IActorRef Sender)> Reopeners { get; } = [];
}
