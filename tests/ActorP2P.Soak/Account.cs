namespace ActorP2P.Soak;

/// <summary>What is counted.</summary>
internal enum Entry
{
    Sent,
    Handled,
    Dead,
    Made,
    Ended,
    Watched,
    Noticed,
    Unwatched,
    Asked,
    Answered,
    TimedOut,
    Broken,
    Reminders,
}

/// <summary>Counters of one soak, shared by all its actors and drivers.</summary>
internal sealed class Account
{
    private readonly long[] _counts = new long[Enum.GetValues<Entry>().Length];

    internal long this[Entry entry] => Volatile.Read(ref _counts[(int)entry]);

    /// <summary>Messages that were sent and have not ended.</summary>
    internal long UnderWay => this[Entry.Sent] - this[Entry.Handled] - this[Entry.Dead];

    internal void Add(Entry entry, long count = 1) => Interlocked.Add(ref _counts[(int)entry], count);

    /// <summary>What does not add up; null when all is accounted for.</summary>
    internal string? Imbalance()
    {
        if (this[Entry.Broken] != 0)
            return $"{this[Entry.Broken]} asks failed in another way than by time";
        return Differs("messages", this[Entry.Sent], this[Entry.Handled] + this[Entry.Dead])
            ?? Differs("asks", this[Entry.Asked], this[Entry.Answered] + this[Entry.TimedOut])
            ?? Differs("watches", this[Entry.Watched], this[Entry.Noticed] + this[Entry.Unwatched])
            ?? Differs("actor instances", this[Entry.Made], this[Entry.Ended]);
    }

    private static string? Differs(string what, long begun, long ended) =>
        begun == ended ? null : $"{what}: {begun} begun, {ended} accounted for";
}

/// <summary>Something was lost or left behind; the message tells what and from which seed.</summary>
internal sealed class SoakException(string message) : Exception(message);
