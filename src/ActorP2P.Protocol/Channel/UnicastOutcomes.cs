namespace ActorP2P.Protocol.Channel;

/// <summary>
/// Contexts of the unicasts of one lane that were sent and are not acknowledged. A unicast's id is its position in the
/// lane, so a ring indexed by position replaces a table.
/// </summary>
internal sealed class UnicastOutcomes
{
    private (object? Context, bool Confirm)[] _ring = new (object?, bool)[64];
    private ulong _first;
    private ulong _next;

    /// <summary>Id that the next unicast gets.</summary>
    public ulong NextId => _next;

    public void Add(object? context, bool confirm)
    {
        if (_next - _first == (ulong)_ring.Length)
        {
            Grow();
        }

        _ring[_next % (ulong)_ring.Length] = (context, confirm);
        _next++;
    }

    /// <summary>The far side refused this one. False when it is not under way.</summary>
    public bool Fail(ulong id, ChannelFailure reason, List<ChannelEffect> effects)
    {
        if (id < _first || id >= _next)
        {
            return false;
        }

        ref var slot = ref _ring[id % (ulong)_ring.Length];
        if (slot.Context is not null)
        {
            effects.Add(new ChannelEffect.Failed(slot.Context, reason));
        }

        slot = default;
        return true;
    }

    /// <summary>All before <paramref name="end"/> were handled by the far side.</summary>
    public void Handled(ulong end, List<ChannelEffect> effects)
    {
        for (; _first < end; _first++)
        {
            ref var slot = ref _ring[_first % (ulong)_ring.Length];
            if (slot is { Confirm: true, Context: not null })
            {
                effects.Add(new ChannelEffect.Delivered(slot.Context));
            }

            slot = default;
        }
    }

    public void FailAll(ChannelFailure reason, List<ChannelEffect> effects)
    {
        for (; _first < _next; _first++)
        {
            ref var slot = ref _ring[_first % (ulong)_ring.Length];
            if (slot.Context is not null)
            {
                effects.Add(new ChannelEffect.Failed(slot.Context, reason));
            }

            slot = default;
        }
    }

    private void Grow()
    {
        var larger = new (object?, bool)[_ring.Length * 2];
        for (var id = _first; id < _next; id++)
        {
            larger[id % (ulong)larger.Length] = _ring[id % (ulong)_ring.Length];
        }

        _ring = larger;
    }
}
