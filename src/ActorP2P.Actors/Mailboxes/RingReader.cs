using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ActorP2P.Actors;

/// <summary>
/// The consumer's end of a ring, held on its stack. What changes with every message stays here: a field that the
/// consumer writes beside one that producers write would move the cache line between cores at every message.
/// </summary>
internal struct RingReader
{
    private readonly MessageRing.Slot[] _slots;
    private readonly int _mask;
    private readonly int _first;
    private long _head;
    private long _published;

    internal RingReader(MessageRing ring)
    {
        Ring = ring;
        _slots = ring.Slots;
        _mask = ring.Capacity - 1;
        _first = ring.FirstIndex;
        _head = _published = ring.Head;
    }

    internal MessageRing Ring { get; }

    /// <summary>The ring to go on with, when this one is used up.</summary>
    internal readonly MessageRing? Successor => Ring.Successor(_head);

    /// <summary>Whether a producer has taken the next place.</summary>
    internal readonly bool IsTaken => Ring.IsTaken(_head);

    /// <summary>Takes the next message; false when its place is not filled.</summary>
    internal bool TryTake(out object message, out IActorRef? sender)
    {
        ref var slot = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), _first + ((int)_head & _mask));
        message = Volatile.Read(ref slot.Message)!;
        if (message is null)
        {
            sender = null;
            return false;
        }

        sender = slot.Sender;
        slot = default;
        // Producers need to know only now and then which places are free again.
        if (++_head - _published > _mask >> 2)
            Publish();
        return true;
    }

    /// <summary>Makes the consumer's place known.</summary>
    internal void Publish()
    {
        if (_published == _head)
            return;
        _published = _head;
        Ring.Publish(_head);
    }
}
