namespace ActorP2P.Actors;

/// <summary>
/// A run of slots of the default mailbox. Producers take a slot by one atomic increment and fill it; the one
/// consumer empties slots in order and leaves the segment behind for the collector. A slot is used once, which is
/// what makes the increment alone enough: nobody ever waits for a slot to become free.
/// </summary>
internal sealed class MessageSegment(int capacity)
{
    internal const int FirstCapacity = 4;
    internal const int MaxCapacity = 128;

    /// <summary>Stands behind a segment the consumer has left, so an abandoned segment keeps no later one alive.</summary>
    internal static readonly MessageSegment Retired = new(0);

    internal readonly Slot[] Slots = new Slot[capacity];

    /// <summary>Slots taken; runs past the capacity when producers find the segment full.</summary>
    internal int Taken;

    internal MessageSegment? Next;

    /// <summary>The next segment, made when there is none; null when the consumer has already gone past this one.</summary>
    internal MessageSegment? NextOrNew()
    {
        var next = Volatile.Read(ref Next);
        if (next is null)
        {
            var fresh = new MessageSegment(Math.Min(Slots.Length * 2, MaxCapacity));
            next = Interlocked.CompareExchange(ref Next, fresh, null) ?? fresh;
        }

        return ReferenceEquals(next, Retired) ? null : next;
    }

    internal struct Slot
    {
        internal object? Message;
        internal IActorRef? Sender;
    }
}
