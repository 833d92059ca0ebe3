using System.Collections.Concurrent;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace ActorP2P.AkkaRemoting;

/// <summary>
/// One association. Akka.Remote writes from its own threads into a bounded queue; <see cref="RemotingGate"/> empties it.
/// </summary>
internal sealed class P2PAssociationHandle : AssociationHandle
{
    private readonly IActorRef _gate;
    private readonly long _maxQueuedBytes;
    private readonly ConcurrentQueue<(ByteString Pdu, uint ControlsBefore)> _queue = new();
    private readonly ConcurrentQueue<IHandleEvent> _early = new();
    private long _queuedBytes;
    private long _payloads;
    private uint _controls;
    private int _isFlushDue;
    private volatile bool _isClosed;
    private IHandleEventListener? _reader;

    public P2PAssociationHandle(Address local, Address remote, AssociationKey key, IActorRef gate, long maxQueuedBytes)
        : base(local, remote)
    {
        _gate = gate;
        _maxQueuedBytes = maxQueuedBytes;
        Key = key;
        Order = new PduOrder(maxQueuedBytes);
        ReadHandlerSource.Task.PipeTo(gate, success: reader => new RemotingGate.ReaderReady(this, reader));
    }

    public AssociationKey Key { get; }

    /// <summary>What came, in the order in which it was written; the gate's own.</summary>
    public PduOrder Order { get; }

    /// <summary>Bytes handed to the runtime and not taken by the far side yet; the gate's own.</summary>
    public long InFlightBytes { get; set; }

    /// <summary>Bytes of those behind the last batch whose confirmation was asked for; the gate's own.</summary>
    public long UnaskedBytes { get; set; }

    /// <summary>Bytes that came before anybody read; the gate's own.</summary>
    public long EarlyBytes { get; private set; }

    /// <inheritdoc />
    public override bool Write(ByteString payload)
    {
        if (_isClosed)
        {
            return false;
        }

        var kind = payload.Length <= RemotingWire.MaxControlBytes ? AkkaPdu.Classify(payload.Span, out _) : AkkaPduKind.Payload;
        if (kind == AkkaPduKind.Heartbeat)
        {
            _gate.Tell(new RemotingGate.Pulse(this, payload));
            return true;
        }

        if (kind is AkkaPduKind.Associate or AkkaPduKind.OtherControl)
        {
            var payloadsBefore = (ulong)Interlocked.Read(ref _payloads);
            _gate.Tell(new RemotingGate.Control(this, Interlocked.Increment(ref _controls) - 1, payloadsBefore, payload));
            return true;
        }

        // One PDU always fits into an empty queue.
        if (Interlocked.Add(ref _queuedBytes, payload.Length) > _maxQueuedBytes && _queuedBytes > payload.Length)
        {
            Interlocked.Add(ref _queuedBytes, -payload.Length);
            return false;
        }

        // Counted when it is sure to be sent: a control PDU that is written next waits for it at the far side. In the opposite order
        // of a control PDU, which may be written by another thread: or each could wait for the other.
        var controlsBefore = Volatile.Read(ref _controls);
        Interlocked.Increment(ref _payloads);
        _queue.Enqueue((payload, controlsBefore));
        if (Interlocked.Exchange(ref _isFlushDue, 1) == 0)
        {
            _gate.Tell(new RemotingGate.Flush(this));
        }

        return true;
    }

    /// <inheritdoc />
    [Obsolete("Akka.Remote calls it by its overload with a reason.")]
    public override void Disassociate() => _gate.Tell(new RemotingGate.Disassociate(this));

    /// <summary>
    /// What waits, up to a size, with the same number of control PDUs before all of it; the first PDU comes whatever its size.
    /// The gate alone calls it.
    /// </summary>
    public List<ByteString> TakeBatch(long maxBytes, out long bytes, out uint controlsBefore)
    {
        Volatile.Write(ref _isFlushDue, 0);
        var batch = new List<ByteString>();
        (bytes, controlsBefore) = (0, 0);
        while (_queue.TryPeek(out var next)
            && (batch.Count == 0 || (bytes + next.Pdu.Length <= maxBytes && next.ControlsBefore == controlsBefore)))
        {
            _queue.TryDequeue(out _);
            batch.Add(next.Pdu);
            bytes += next.Pdu.Length;
            controlsBefore = next.ControlsBefore;
        }

        Interlocked.Add(ref _queuedBytes, -bytes);
        return batch;
    }

    /// <summary>Hands an event to Akka.Remote, or keeps it until somebody reads. The gate alone calls it.</summary>
    public void Notify(IHandleEvent happened, long bytes = 0)
    {
        if (_reader is { } reader)
        {
            reader.Notify(happened);
            return;
        }

        EarlyBytes += bytes;
        _early.Enqueue(happened);
    }

    /// <summary>Somebody reads now. The gate alone calls it.</summary>
    public void Attach(IHandleEventListener reader)
    {
        _reader = reader;
        EarlyBytes = 0;
        while (_early.TryDequeue(out var waiting))
        {
            reader.Notify(waiting);
        }
    }

    /// <summary>Nothing more is taken.</summary>
    public void Close() => _isClosed = true;
}
