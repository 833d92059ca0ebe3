using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <summary>Something that concerns every namespace alike: from the topology over Hypernet to every PeerManager.</summary>
internal abstract record NetworkAlarm
{
    private NetworkAlarm()
    {
    }

    /// <summary>The event that it is in a namespace.</summary>
    public abstract ControlEvent In(string namespaceName);

    /// <summary>A member signed two link states under one seq.</summary>
    internal sealed record LinkStateEquivocation(NodeId Node, EquivocationEvidence Evidence) : NetworkAlarm
    {
        /// <inheritdoc />
        public override ControlEvent In(string namespaceName) => new EquivocationSeen(namespaceName, Node, "link state", Evidence);
    }

    /// <summary>Our key signs link states elsewhere.</summary>
    internal sealed record OwnKeyElsewhere(NodeId Self, ulong Epoch) : NetworkAlarm
    {
        /// <inheritdoc />
        public override ControlEvent In(string namespaceName) => new DuplicateIdentity(namespaceName, Self, Epoch);
    }
}
