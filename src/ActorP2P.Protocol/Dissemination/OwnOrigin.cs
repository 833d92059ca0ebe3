using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>Under which ID this node publishes, and under which it did before its key changed: what it said then is still its own.</summary>
internal sealed class OwnOrigin(NodeId id)
{
    private readonly HashSet<NodeId> _former = [];

    /// <summary>The present ID.</summary>
    internal NodeId Id { get; private set; } = id;

    /// <summary>Whether this node is, or was, this origin.</summary>
    internal bool Is(NodeId node) => node == Id || _former.Contains(node);

    /// <summary>Goes on under another ID.</summary>
    internal void Succeed(NodeId next)
    {
        _former.Add(Id);
        Id = next;
    }
}
