namespace ActorP2P;

/// <summary>
/// How many events of a kind that a remote can cause at will are published in a second; the rest is only counted.
/// A refusal or a drop a packet would otherwise let anybody fill the observers' mailboxes.
/// </summary>
internal sealed class EventAllowance(int maxPerSecond)
{
    private DateTimeOffset _windowEnd;
    private int _left;

    /// <summary>Takes one; false when the second's are used up.</summary>
    public bool TryTake(DateTimeOffset now)
    {
        if (now >= _windowEnd)
        {
            _windowEnd = now + TimeSpan.FromSeconds(1);
            _left = maxPerSecond;
        }

        return _left-- > 0;
    }
}
