using System.Buffers.Binary;
using ActorP2P.Protocol.Frames;
using Google.Protobuf;

namespace ActorP2P.AkkaRemoting;

/// <summary>PDUs that travel as one message, in the form in which a Pdus body carries them.</summary>
/// <param name="Content">u32 length and bytes of each; of a PDU that travels alone and uncopied the bytes only.</param>
/// <param name="IsUncopied">Whether it is one PDU without its length in front.</param>
/// <param name="ControlsBefore">Control PDUs that were written before all of them.</param>
internal readonly record struct PduBatch(ReadOnlyMemory<byte> Content, bool IsUncopied, uint ControlsBefore)
{
    /// <summary>Bytes that it takes of the queue and of the window.</summary>
    public int LengthBytes => Content.Length + (IsUncopied ? sizeof(uint) : 0);
}

/// <summary>
/// Payload PDUs of one association that wait to be sent. They are copied into buffers that are used again: what Akka.Remote
/// serialised is garbage at once, while it is young. Kept until it is sent it would outlive collections, and to
/// copy megabytes in every one of them costs more than this copy does. Writers and the taker may be on different threads.
/// </summary>
/// <param name="maxBatchBytes">Most bytes of a batch; a longer PDU is one of its own.</param>
/// <param name="maxFree">Buffers that are kept for use again.</param>
internal sealed class PduBatches(long maxBatchBytes, int maxFree)
{
    // Less is copied once more, so that what waits for its confirmation does not hold a whole buffer.
    private const int MinHeldBytes = 16 * 1024;

    private readonly RecordBuffers _buffers = new(maxFree);
    private readonly Lock _gate = new();
    private readonly Queue<PduBatch> _whole = new();
    private byte[] _open = [];
    private int _openBytes;
    private uint _openControlsBefore;

    /// <summary>What a PDU takes of a queue.</summary>
    public static int LengthBytes(ByteString pdu) => sizeof(uint) + pdu.Length;

    /// <summary>Adds a PDU behind all others.</summary>
    public void Add(ByteString pdu, uint controlsBefore)
    {
        lock (_gate)
        {
            var bytes = LengthBytes(pdu);
            if (_openBytes > 0 && (_openBytes + bytes > Math.Min(maxBatchBytes, _open.Length) || _openControlsBefore != controlsBefore))
            {
                Close();
            }

            if (bytes > RecordBuffers.LengthBytes || bytes > maxBatchBytes)
            {
                _whole.Enqueue(new PduBatch(pdu.Memory, IsUncopied: true, controlsBefore));
                return;
            }

            if (_open.Length == 0)
            {
                _open = _buffers.Take(RecordBuffers.LengthBytes);
            }

            _openControlsBefore = controlsBefore;
            var rest = _open.AsSpan(_openBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)pdu.Length);
            pdu.Span.CopyTo(rest[sizeof(uint)..]);
            _openBytes += bytes;
        }
    }

    /// <summary>Takes the next batch; false when nothing waits.</summary>
    public bool TryTake(out PduBatch batch)
    {
        lock (_gate)
        {
            if (_whole.Count == 0 && _openBytes > 0)
            {
                Close();
            }

            return _whole.TryDequeue(out batch);
        }
    }

    /// <summary>A batch that was taken is nobody's any more. One that is not given back goes to the garbage collector.</summary>
    public void Return(in PduBatch batch) => _buffers.Return(batch.Content);

    private void Close()
    {
        if (_openBytes >= MinHeldBytes)
        {
            _whole.Enqueue(new PduBatch(_open.AsMemory(0, _openBytes), IsUncopied: false, _openControlsBefore));
            _open = [];
        }
        else
        {
            _whole.Enqueue(new PduBatch(_open.AsSpan(0, _openBytes).ToArray(), IsUncopied: false, _openControlsBefore));
        }

        _openBytes = 0;
    }
}
