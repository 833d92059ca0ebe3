namespace ActorP2P;

/// <content>The vocabulary of the keeper. Reload and its answers are P2PNode's.</content>
internal sealed partial class TrustKeeper
{
    /// <summary>From the source: what the files hold.</summary>
    internal sealed record FilesRead(TrustFiles Files);

    private sealed record CheckDue
    {
        public static readonly CheckDue Instance = new();
    }
}
