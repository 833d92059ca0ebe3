namespace ActorP2P.AkkaRemoting;

/// <summary>
/// Puts an association's two streams back into the order in which the far side's Akka.Remote wrote them: control PDUs come
/// by the control lane and say how many payload and control PDUs stood before them, and batches of payload say how many
/// control PDUs stood before theirs. So a Disassociate is early on the wire and never cuts off what was said before it.
/// Each control PDU comes twice, the second time by the ordered lane, and is handed on once.
/// </summary>
/// <param name="maxHeldBytes">Payload that may wait for a control PDU.</param>
internal sealed class PduOrder(long maxHeldBytes)
{
    /// <summary>Akka.Remote writes one control PDU at an association's start and one at its end; twice that may wait.</summary>
    public const int MaxHeldControls = 4;

    /// <summary>What a batch counts for beside its bytes while it waits: a member may send empty ones without end.</summary>
    public const int BatchOverheadBytes = 1024;

    private readonly Dictionary<uint, (ulong After, ReadOnlyMemory<byte> Pdu)> _controls = [];
    private readonly Queue<(uint After, ReadOnlyMemory<byte> Pdus)> _batches = [];
    private ulong _payloads;
    private uint _taken;
    private long _heldBytes;

    /// <summary>A control PDU came, or came again. False when too many wait.</summary>
    public bool AddControl(uint controlsBefore, ulong payloadsBefore, ReadOnlyMemory<byte> pdu)
    {
        if (controlsBefore >= _taken)
        {
            _controls.TryAdd(controlsBefore, (payloadsBefore, pdu));
        }

        return _controls.Count <= MaxHeldControls;
    }

    /// <summary>A batch of payload PDUs came. False when too much waits.</summary>
    public bool AddBatch(uint controlsBefore, ReadOnlyMemory<byte> pdus)
    {
        // What waits is copied: a few bytes of it would keep the whole of a receive buffer alive.
        var waits = _batches.Count > 0 || controlsBefore > _taken;
        _batches.Enqueue((controlsBefore, waits ? pdus.ToArray() : pdus));
        _heldBytes += pdus.Length + BatchOverheadBytes;
        return _batches.Count == 1 || _heldBytes <= maxHeldBytes;
    }

    /// <summary>The next that is due: a control PDU as such, or a batch, whose PDUs are then to be counted with <see cref="Count"/>.</summary>
    public bool TryTake(out bool isControl, out ReadOnlyMemory<byte> content)
    {
        isControl = _controls.TryGetValue(_taken, out var control) && control.After <= _payloads;
        if (isControl)
        {
            _controls.Remove(_taken++);
            content = control.Pdu;
            return true;
        }

        content = default;
        if (!_batches.TryPeek(out var batch) || batch.After > _taken)
        {
            return false;
        }

        _batches.Dequeue();
        _heldBytes -= batch.Pdus.Length + BatchOverheadBytes;
        content = batch.Pdus;
        return true;
    }

    /// <summary>One PDU of a batch was handed on.</summary>
    public void Count() => _payloads++;
}
