using System.Collections.Concurrent;
using ActorP2P.Protocol.Frames;
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
    private readonly PduBatches _batches;
    private readonly Queue<PduBatch> _sent = new();
    private readonly ConcurrentQueue<IHandleEvent> _early = new();
    private long _queuedBytes;
    private long _payloads;
    private uint _controls;
    private int _isFlushDue;
    private volatile bool _isClosed;
    private IHandleEventListener? _reader;
    private long _unaskedBytes;
    private int _unaskedBatches;

    public P2PAssociationHandle(Address local, Address remote, AssociationKey key, IActorRef gate, RemotingSettings settings)
        : base(local, remote)
    {
        _gate = gate;
        _maxQueuedBytes = settings.QueueBytes;
        _batches = new PduBatches(settings.BatchBytes, (int)((settings.QueueBytes + settings.WindowBytes) / RecordBuffers.LengthBytes));
        Key = key;
        Order = new PduOrder(settings.QueueBytes);
        ReadHandlerSource.Task.PipeTo(gate, success: reader => new RemotingGate.ReaderReady(this, reader));
    }

    public AssociationKey Key { get; }

    /// <summary>What came, in the order in which it was written; the gate's own.</summary>
    public PduOrder Order { get; }

    /// <summary>Bytes handed to the runtime and not taken by the far side yet; the gate's own.</summary>
    public long InFlightBytes { get; private set; }

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
        var bytes = PduBatches.LengthBytes(payload);
        if (Interlocked.Add(ref _queuedBytes, bytes) > _maxQueuedBytes && _queuedBytes > bytes)
        {
            Interlocked.Add(ref _queuedBytes, -bytes);
            return false;
        }

        // Counted when it is sure to be sent: a control PDU that is written next waits for it at the far side. In the opposite order
        // of a control PDU, which may be written by another thread: or each could wait for the other.
        var controlsBefore = Volatile.Read(ref _controls);
        Interlocked.Increment(ref _payloads);
        _batches.Add(payload, controlsBefore);
        if (Interlocked.Exchange(ref _isFlushDue, 1) == 0)
        {
            _gate.Tell(new RemotingGate.Flush(this));
        }

        return true;
    }

    /// <inheritdoc />
    [Obsolete("Akka.Remote calls it by its overload with a reason.")]
    public override void Disassociate() => _gate.Tell(new RemotingGate.Disassociate(this));

    /// <summary>The next batch of what waits; false when nothing does. The gate alone calls it.</summary>
    public bool TryTakeBatch(out PduBatch batch)
    {
        Volatile.Write(ref _isFlushDue, 0);
        if (!_batches.TryTake(out batch))
        {
            return false;
        }

        Interlocked.Add(ref _queuedBytes, -batch.LengthBytes);
        return true;
    }

    /// <summary>A batch went to the runtime, which holds it until it is confirmed. The gate alone calls it.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="askEveryBytes">How often a confirmation is asked for: it is one about all batches before it, too.</param>
    /// <returns>What a confirmation of this batch confirms; of no bytes when none is asked for.</returns>
    public (long Bytes, int Batches) NoteSent(in PduBatch batch, long askEveryBytes)
    {
        InFlightBytes += batch.LengthBytes;
        _unaskedBytes += batch.LengthBytes;
        _unaskedBatches++;
        _sent.Enqueue(batch);
        if (_unaskedBytes < askEveryBytes)
        {
            return default;
        }

        var asked = (_unaskedBytes, _unaskedBatches);
        (_unaskedBytes, _unaskedBatches) = (0, 0);
        return asked;
    }

    /// <summary>The far side took so much. The gate alone calls it.</summary>
    public void NoteTaken(long bytes, int batches)
    {
        InFlightBytes -= bytes;
        for (; batches > 0; batches--)
        {
            _batches.Return(_sent.Dequeue());
        }
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
