using System.Buffers.Binary;

namespace ActorP2P.Simulation;

/// <summary>The judge of order: unicasts of one life of a sender arrive at one life of a receiver first in, first out, and once.</summary>
public sealed class OrderBook(Action<string> violated)
{
    private const int PayloadBytes = 16;

    private readonly Dictionary<(int Sender, int Receiver), int> _sent = [];
    private readonly Dictionary<(int Sender, int SenderLife, int Receiver, int ReceiverLife), int> _received = [];

    /// <summary>Unicasts that arrived.</summary>
    public int Received { get; private set; }

    /// <summary>The payload of the next unicast on this way.</summary>
    public byte[] Next(int sender, int life, int receiver)
    {
        var number = _sent[(sender, receiver)] = _sent.GetValueOrDefault((sender, receiver)) + 1;
        var payload = new byte[PayloadBytes];
        BinaryPrimitives.WriteInt32LittleEndian(payload, sender);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), life);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(8), receiver);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(12), number);
        return payload;
    }

    /// <summary>A module was given a unicast.</summary>
    public void Delivered(int receiver, int life, int origin, ReadOnlySpan<byte> payload)
    {
        if (payload.Length != PayloadBytes
            || BinaryPrimitives.ReadInt32LittleEndian(payload) != origin
            || BinaryPrimitives.ReadInt32LittleEndian(payload[8..]) != receiver)
        {
            violated($"node {receiver} was given a unicast that node {origin} did not send to it");
            return;
        }

        Received++;
        var number = BinaryPrimitives.ReadInt32LittleEndian(payload[12..]);
        var way = (origin, BinaryPrimitives.ReadInt32LittleEndian(payload[4..]), receiver, life);
        if (_received.TryGetValue(way, out var last) && number <= last)
        {
            violated($"node {receiver} was given unicast {number} of node {origin} after {last}");
        }

        _received[way] = number;
    }
}
