using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ActorP2P.Actors;

/// <summary>
/// A ring of slots of the default mailbox. A producer takes a place by one compare-and-swap and fills it; the one
/// consumer empties places in order and gives them back in groups. A ring that is full is frozen and followed by a
/// larger one, so a queue that stays short allocates nothing and one that grows does so without a limit of its own.
/// A place is known to be filled by its message not being null.
/// </summary>
internal sealed class MessageRing
{
    private const int FirstCapacity = 2;
    private const int Growth = 4;
    private const int MaxCapacity = 4096;
    private const int KeptWhenIdle = 128;
    private const long Frozen = long.MinValue;

    /// <summary>Stands behind a ring that the consumer has left, so that an abandoned ring keeps no later one alive.</summary>
    private static readonly MessageRing Retired = new(1);

    // Producers write this object at every message, and the head of the array lies beside it: in a ring that is used a lot
    // the first places stay empty, and nobody asks the array for its length.
    private const int PaddedFrom = 128;
    private const int Padding = 8;

    private readonly Slot[] _slots;
    private readonly int _capacity;

    private MessageRing? _next;

    // Places taken, with the frozen bit; written by producers.
    private long _tail;

    // Places given back; written by the consumer.
    private long _head;

    private MessageRing(int capacity)
    {
        _capacity = capacity;
        _slots = new Slot[capacity + (capacity >= PaddedFrom ? Padding : 0)];
    }

    /// <summary>How many places there are; a power of two.</summary>
    internal int Capacity => _capacity;

    /// <summary>Index of the first place in the array.</summary>
    internal int FirstIndex => _capacity >= PaddedFrom ? Padding : 0;

    /// <summary>The places, after some padding.</summary>
    internal Slot[] Slots => _slots;

    internal static MessageRing First() => new(FirstCapacity);

    /// <summary>The consumer's place as far as it has been made known.</summary>
    internal long Head => Volatile.Read(ref _head);

    /// <summary>Whether something waits, is being written, or is about to go to the next ring.</summary>
    internal bool HasMessages => Volatile.Read(ref _tail) != Volatile.Read(ref _head);

    /// <summary>False when the ring is full and for good: go to <see cref="NextOrNew"/>.</summary>
    internal bool TryEnqueue(object message, IActorRef? sender)
    {
        for (var lost = 0; ; lost++)
        {
            // Who has lost against another producer lets it send a few more while it has the line.
            if (lost > 0)
                Thread.SpinWait(Math.Min(lost, 8) * 8);
            var tail = Volatile.Read(ref _tail);
            if (tail < 0)
                return false;
            if (tail - Volatile.Read(ref _head) >= _capacity)
            {
                Interlocked.CompareExchange(ref _tail, tail | Frozen, tail);
                continue;
            }

            if (Interlocked.CompareExchange(ref _tail, tail + 1, tail) != tail)
                continue;
            ref var slot = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), FirstIndex + ((int)tail & (_capacity - 1)));
            slot.Sender = sender;
            Volatile.Write(ref slot.Message, message);
            return true;
        }
    }

    /// <summary>The ring after a frozen one, made when there is none; null when the consumer has already gone on.</summary>
    internal MessageRing? NextOrNew()
    {
        var next = Volatile.Read(ref _next);
        if (next is null)
        {
            var fresh = new MessageRing(Math.Min(_capacity * Growth, MaxCapacity));
            next = Interlocked.CompareExchange(ref _next, fresh, null) ?? fresh;
        }

        return ReferenceEquals(next, Retired) ? null : next;
    }

    /// <summary>Makes the consumer's place known.</summary>
    internal void Publish(long head)
    {
        if (_head != head)
            Volatile.Write(ref _head, head);
    }

    /// <summary>Whether a producer has taken the place at <paramref name="head"/>.</summary>
    internal bool IsTaken(long head) => (Volatile.Read(ref _tail) & ~Frozen) > head;

    /// <summary>For the consumer at the end of a frozen ring: the next one, once there is one.</summary>
    internal MessageRing? Successor(long head)
    {
        var tail = Volatile.Read(ref _tail);
        if (tail >= 0 || (tail & ~Frozen) != head)
            return null;
        var next = Volatile.Read(ref _next);
        return ReferenceEquals(next, Retired) ? null : next;
    }

    internal void Retire() => Volatile.Write(ref _next, Retired);

    /// <summary>For a consumer that found nothing: a small ring in place of this large one, if no producer comes in between.</summary>
    internal MessageRing? Shrunk(long head)
    {
        if (_capacity <= KeptWhenIdle || Interlocked.CompareExchange(ref _tail, head | Frozen, head) != head)
            return null;
        var small = new MessageRing(KeptWhenIdle);
        return Interlocked.CompareExchange(ref _next, small, null) ?? small;
    }

    internal int CountFrom(long head) =>
        (int)((Volatile.Read(ref _tail) & ~Frozen) - head) + (Volatile.Read(ref _next) is { } next && !ReferenceEquals(next, Retired) ? next.CountFrom(next.Head) : 0);

    internal struct Slot
    {
        internal object? Message;
        internal IActorRef? Sender;
    }
}
