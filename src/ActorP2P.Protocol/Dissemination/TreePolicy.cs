namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// How wide an origin's tree is. These are constants of the protocol and no settings: every node must compute
/// the same tree from the same view.
/// </summary>
internal static class TreePolicy
{
    /// <summary>Up to here the origin sends to every linked member itself: (n - 1) x size.</summary>
    internal const long DirectTotalBytes = 256 * 1024;

    /// <summary>So does it in a network this small, for any usual size.</summary>
    internal const int DirectMembers = 16;

    /// <summary>A usual size.</summary>
    internal const int DirectPayloadBytes = 4 * 1024 * 1024;

    /// <summary>Children in a network of middling size: GossipSub's lower mesh degree (D_low = 4).</summary>
    internal const int Children = 4;

    /// <summary>Children in a large network: keeps 1,000 nodes within 4 levels below the origin.</summary>
    internal const int ChildrenWhenLarge = 8;

    /// <summary>Members from which a network is large.</summary>
    internal const int LargeMembers = 300;

    internal static int MaxChildren(int members, int payloadBytes)
    {
        var isDirect = (members - 1L) * payloadBytes <= DirectTotalBytes
            || (members <= DirectMembers && payloadBytes <= DirectPayloadBytes);
        return isDirect ? int.MaxValue : members > LargeMembers ? ChildrenWhenLarge : Children;
    }
}
