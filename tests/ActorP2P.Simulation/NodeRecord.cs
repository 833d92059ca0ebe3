using System.Buffers.Binary;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Simulation;

/// <summary>What one life of a simulated node saw: filled by its module, read by the run.</summary>
/// <param name="now">The virtual clock.</param>
/// <param name="status">The status that it sets about itself.</param>
public sealed class NodeRecord(Func<DateTimeOffset> now, byte[] status)
{
    private readonly Dictionary<(NodeId Origin, int Number), int> _copies = [];
    private readonly Dictionary<NodeId, byte[]> _statusByNode = [];
    private readonly HashSet<NodeId> _peers = [];

    /// <summary>The status that it sets about itself.</summary>
    public byte[] Status { get; } = status;

    /// <summary>Where it publishes; nobody until its module has begun.</summary>
    public IActorRef Router { get; set; } = ActorRefs.Nobody;

    /// <summary>Its module.</summary>
    public IActorRef Module { get; set; } = ActorRefs.Nobody;

    /// <summary>Broadcasts that were taken.</summary>
    public int Published { get; set; }

    /// <summary>Broadcasts that were refused.</summary>
    public int PublishFailed { get; set; }

    /// <summary>Messages that the module was given more than once.</summary>
    public int Duplicates { get; private set; }

    /// <summary>Longest time from publishing to delivery.</summary>
    public TimeSpan MaxLatency { get; private set; }

    /// <summary>Peers with a session now.</summary>
    public IReadOnlySet<NodeId> Peers => _peers;

    /// <summary>The payload of a broadcast: its number and its time, then filling.</summary>
    public static byte[] Payload(int number, DateTimeOffset at, int bytes)
    {
        var payload = new byte[Math.Max(bytes, 12)];
        BinaryPrimitives.WriteInt32LittleEndian(payload, number);
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(4), at.UtcTicks);
        return payload;
    }

    /// <summary>True when the module was given this broadcast.</summary>
    public bool Has(NodeId origin, int number) => _copies.ContainsKey((origin, number));

    /// <summary>True when the node knows this status of another.</summary>
    public bool Knows(NodeId node, byte[] status) => _statusByNode.TryGetValue(node, out var known) && known.AsSpan().SequenceEqual(status);

    internal void Delivered(Delivery delivery)
    {
        var key = (delivery.Origin, BinaryPrimitives.ReadInt32LittleEndian(delivery.Payload.Span));
        var copies = _copies.GetValueOrDefault(key) + 1;
        _copies[key] = copies;
        Duplicates += copies > 1 ? 1 : 0;
        var latency = now() - new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(delivery.Payload.Span[4..]), TimeSpan.Zero);
        MaxLatency = latency > MaxLatency ? latency : MaxLatency;
    }

    internal void StatusSeen(StatusChanged change) => _statusByNode[change.Node] = change.Value.ToArray();

    internal void PeerCameUp(PeerUp up) => _peers.Add(up.Node);

    internal void PeerWentDown(PeerDown down) => _peers.Remove(down.Node);
}
