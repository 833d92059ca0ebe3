namespace ActorP2P.Protocol.Channel;

/// <summary>
/// The unicasts, requests and replies of one lane that were sealed and that the far side has not handled yet. They are
/// kept whole: a session that replaces a lost one carries on with those that did not arrive. A message's id is its
/// position in the lane, so a ring indexed by position replaces a table; the window bounds it.
/// </summary>
internal sealed class SentMessages
{
    private (OutboundMessage? Message, int Bytes)[] _ring = new (OutboundMessage?, int)[64];
    private ulong _first;
    private ulong _next;

    /// <summary>True while the far side has not handled all of them.</summary>
    public bool HasUnsettled => _first < _next;

    /// <summary>Position of the next message.</summary>
    public ulong End => _next;

    /// <summary>True for what travels with a position: all but dissemination and state sync, which repair themselves.</summary>
    public static bool Counts(EntryKind kind) => kind is EntryKind.Unicast or EntryKind.Request or EntryKind.Reply;

    public void Add(OutboundMessage message, int bytes)
    {
        if (_next - _first == (ulong)_ring.Length)
        {
            Grow();
        }

        Slot(_next++) = (message, bytes);
    }

    /// <summary>The far side refused this one. False when it is not under way.</summary>
    public bool Fail(ulong id, ChannelFailure reason, List<ChannelEffect> effects)
    {
        if (id < _first || id >= _next)
        {
            return false;
        }

        Settle(ref Slot(id), reason, effects);
        return true;
    }

    /// <summary>All before <paramref name="end"/> were handled by the far side. False when so many were never sent.</summary>
    public bool Handled(ulong end, List<ChannelEffect> effects)
    {
        if (end > _next)
        {
            return false;
        }

        for (; _first < end; _first++)
        {
            ref var slot = ref Slot(_first);
            if (slot.Message is { Kind: EntryKind.Unicast, Confirm: true, Context: { } context })
            {
                effects.Add(new ChannelEffect.Delivered(context));
            }

            slot = default;
        }

        return true;
    }

    /// <summary>
    /// The far side received all before <paramref name="received"/> and nothing behind it: what it lacks is taken out, to be
    /// sent again. False when that contradicts what was sent or acknowledged.
    /// </summary>
    public bool TakeBack(ulong received, List<(OutboundMessage Message, int Bytes)> lacking)
    {
        if (received < _first || received > _next)
        {
            return false;
        }

        for (var id = received; id < _next; id++)
        {
            ref var slot = ref Slot(id);
            if (slot.Message is not null)
            {
                lacking.Add((slot.Message, slot.Bytes));
            }

            slot = default;
        }

        _next = received;
        return true;
    }

    /// <summary>The far side remembers nothing: what is under way may or may not have been handled, and positions begin anew.</summary>
    public void Forget(List<ChannelEffect> effects)
    {
        for (; _first < _next; _first++)
        {
            Settle(ref Slot(_first), ChannelFailure.DeliveryUnknown, effects);
        }

        _first = 0;
        _next = 0;
    }

    // A request's context belongs to the request table, which fails it itself.
    private static void Settle(ref (OutboundMessage? Message, int Bytes) slot, ChannelFailure reason, List<ChannelEffect> effects)
    {
        if (slot.Message is { Kind: EntryKind.Unicast, Context: { } context })
        {
            effects.Add(new ChannelEffect.Failed(context, reason));
        }

        slot = default;
    }

    private ref (OutboundMessage? Message, int Bytes) Slot(ulong id) => ref _ring[id % (ulong)_ring.Length];

    private void Grow()
    {
        var larger = new (OutboundMessage?, int)[_ring.Length * 2];
        for (var id = _first; id < _next; id++)
        {
            larger[id % (ulong)larger.Length] = Slot(id);
        }

        _ring = larger;
    }
}
