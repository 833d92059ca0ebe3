using ActorP2P.Protocol.Frames;
using ActorP2P.Transport;

namespace ActorP2P.Simulation;

/// <summary>Bytes on all wires by what they are for; a frame tells by its header alone.</summary>
public sealed class TrafficMeter
{
    /// <summary>Beats, pings and the rest of a link's own control lane.</summary>
    public long LivenessBytes { get; private set; }

    /// <summary>Link state and certificates: the link's own other lanes.</summary>
    public long TopologyBytes { get; private set; }

    /// <summary>Records of namespaces on their control lane: acknowledgements.</summary>
    public long AcknowledgementBytes { get; private set; }

    /// <summary>All other records of namespaces, and tunnels.</summary>
    public long NamespaceBytes { get; private set; }

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

    /// <summary>What it shows now, to be compared later.</summary>
    public TrafficMeter Copy() => (TrafficMeter)MemberwiseClone();
}
