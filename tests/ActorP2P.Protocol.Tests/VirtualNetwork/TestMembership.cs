using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Tests.VirtualNetwork;

/// <summary>Verdicts that a test sets; everybody else gets the fallback.</summary>
internal sealed class TestMembership(MembershipVerdict fallback) : IMembership
{
    private readonly Dictionary<NodeId, MembershipVerdict> _verdicts = [];

    public static TestMembership Everybody { get; } = new(MembershipVerdict.Member);

    public TestMembership With(NodeId node, MembershipVerdict verdict)
    {
        _verdicts[node] = verdict;
        return this;
    }

    public MembershipVerdict Check(NodeId node) => _verdicts.GetValueOrDefault(node, fallback);
}
