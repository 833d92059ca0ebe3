namespace ActorP2P.Protocol.Channel;

/// <summary>
/// Failures to tell the far side, and those told that it has not acknowledged: one that was lost with its session would
/// turn a failed message into a delivered one. Each concerns a message of the far side's, and while too many are not
/// acknowledged its messages are not acknowledged either, so its window bounds both.
/// </summary>
internal sealed class SentFailures
{
    /// <summary>Failures told and not acknowledged beyond which the far side must wait; our guess: some 100 KiB.</summary>
    public const int MaxUnacknowledged = 4096;

    private readonly Queue<FailureEntry> _unacknowledged = [];
    private ulong _acknowledged;

    /// <summary>Failures that wait for the next flush.</summary>
    public List<FailureEntry> Waiting { get; } = [];

    /// <summary>True while the far side has so many to acknowledge that its window must not move on.</summary>
    public bool IsBehind => _unacknowledged.Count + Waiting.Count > MaxUnacknowledged;

    /// <summary>The waiting ones went out.</summary>
    public void NoteSent()
    {
        foreach (var failure in Waiting)
        {
            _unacknowledged.Enqueue(failure);
        }

        Waiting.Clear();
    }

    /// <summary>The far side took the first <paramref name="received"/>. False when so many were never sent, or fewer than it said before.</summary>
    public bool Acknowledged(ulong received)
    {
        if (received < _acknowledged || received - _acknowledged > (ulong)_unacknowledged.Count)
        {
            return false;
        }

        for (; _acknowledged < received; _acknowledged++)
        {
            _unacknowledged.Dequeue();
        }

        return true;
    }

    /// <summary>A new session begins where the far side left off: what it lacks waits again.</summary>
    public bool TakeBack(ulong received)
    {
        if (!Acknowledged(received))
        {
            return false;
        }

        Waiting.InsertRange(0, _unacknowledged);
        _unacknowledged.Clear();
        return true;
    }

    /// <summary>The far side remembers nothing, least of all the messages that failed.</summary>
    public void Forget()
    {
        Waiting.Clear();
        _unacknowledged.Clear();
        _acknowledged = 0;
    }
}
