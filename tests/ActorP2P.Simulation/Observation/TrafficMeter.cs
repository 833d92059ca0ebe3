using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Frames;
using ActorP2P.Transport;

namespace ActorP2P.Simulation;

/// <summary>Bytes on all wires by what they are for; a frame tells by its header alone.</summary>
public sealed class TrafficMeter
{
    // Header and tag of a record, and what stands before a message in it.
    private const int RecordBytes = FrameHeader.LengthBytes + 16;
    private const int EntryBytes = 8;

    /// <summary>Beats, pings and the rest of a link's own control lane.</summary>
    public long LivenessBytes { get; private set; }

    /// <summary>Link state and certificates: the link's own other lanes.</summary>
    public long TopologyBytes { get; private set; }

    /// <summary>Records of namespaces on their control lane: acknowledgements.</summary>
    public long AcknowledgementBytes { get; private set; }

    /// <summary>All other records of namespaces, and tunnels.</summary>
    public long NamespaceBytes { get; private set; }

    /// <summary>Of the records of namespaces, what they brought to others than the multicast, as if in records of their own.</summary>
    public long OtherRecordBytes { get; private set; }

    /// <summary>Batches that were handed to the multicast.</summary>
    public long DisseminationBatches { get; private set; }

    /// <summary>Batches that were handed to others: state sync, unicasts, requests.</summary>
    public long OtherBatches { get; private set; }

    /// <summary>Handshakes.</summary>
    public long HandshakeBytes { get; private set; }

    /// <summary>All of it.</summary>
    public long TotalBytes => LivenessBytes + TopologyBytes + AcknowledgementBytes + NamespaceBytes + HandshakeBytes;

    /// <summary>Counts one frame.</summary>
    public void Count(MemoryFrame frame)
    {
        var header = FrameHeader.Read(frame.Bytes.Span);
        var bytes = frame.Bytes.Length;
        if (header.Kind == FrameKind.Handshake)
        {
            HandshakeBytes += bytes;
        }
        else if (header.Session == 0 && header.Kind == FrameKind.Record)
        {
            _ = header.Lane == Lane.Control ? LivenessBytes += bytes : TopologyBytes += bytes;
        }
        else
        {
            _ = header.Lane == Lane.Control ? AcknowledgementBytes += bytes : NamespaceBytes += bytes;
        }
    }

    /// <summary>Counts what the records of one read brought to one receiver; acknowledgements are shared out by these.</summary>
    public void CountBatch(IReadOnlyList<InboundMessage> messages, bool isDissemination)
    {
        if (isDissemination)
        {
            DisseminationBatches++;
            return;
        }

        OtherBatches++;
        OtherRecordBytes += RecordBytes;
        foreach (var message in messages)
        {
            OtherRecordBytes += EntryBytes + message.Type.Length + message.Payload.Length;
        }
    }

    /// <summary>
    /// What dissemination has cost since: its records and its share of the acknowledgements, without the beats, the state
    /// sync, the unicasts and requests, and the tunnels and handshakes that went on beside it.
    /// </summary>
    public long DisseminationBytesSince(TrafficMeter before)
    {
        var batches = DisseminationBatches - before.DisseminationBatches;
        var others = OtherBatches - before.OtherBatches;
        var acknowledgements = AcknowledgementBytes - before.AcknowledgementBytes;
        var share = batches == 0 ? 0 : acknowledgements * batches / (batches + others);
        return Math.Max(0, NamespaceBytes - before.NamespaceBytes - (OtherRecordBytes - before.OtherRecordBytes)) + share;
    }

    /// <summary>What it shows now, to be compared later.</summary>
    public TrafficMeter Copy() => (TrafficMeter)MemberwiseClone();
}
