namespace ActorP2P;

/// <summary>
/// Limits how many rejections become events: each one goes to every namespace, so strangers could otherwise make
/// the node busy with itself. All of them are counted.
/// </summary>
internal sealed class RejectionNews
{
    /// <summary>Events a second; our guess: more than a person reads, less than a node notices.</summary>
    public const int MaxPerSecond = 20;

    private DateTimeOffset _windowStart;
    private int _told;

    /// <summary>True when this one may be told.</summary>
    public bool MayTell(DateTimeOffset now)
    {
        if (now - _windowStart >= TimeSpan.FromSeconds(1))
        {
            _windowStart = now;
            _told = 0;
        }

        return ++_told <= MaxPerSecond;
    }
}
