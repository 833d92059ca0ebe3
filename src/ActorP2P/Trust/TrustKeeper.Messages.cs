using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <content>The vocabulary of the keeper. Reload and its answers are P2PNode's.</content>
internal sealed partial class TrustKeeper
{
    /// <summary>From the source: what the files hold.</summary>
    internal sealed record FilesRead(TrustFiles Files);

    /// <summary>From Hypernet, by way of P2PNode: the new key is in force.</summary>
    internal sealed record Succeeded(NodeId Former, NodeId Present);

    private sealed record NumbersKept(string? Error);

    private sealed record SuccessionsKept(string? Error);

    private sealed record KeepSuccessionsAgain
    {
        public static readonly KeepSuccessionsAgain Instance = new();
    }

    private sealed record KeepAgain
    {
        public static readonly KeepAgain Instance = new();
    }

    private sealed record EraseDue
    {
        public static readonly EraseDue Instance = new();
    }

    private sealed record CheckDue
    {
        public static readonly CheckDue Instance = new();
    }
}
