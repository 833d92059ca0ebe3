using System.Buffers.Binary;

namespace ActorP2P.Simulation;

/// <summary>What a simulated unicast or request says of itself.</summary>
/// <param name="Sender">Number of the node that sent it.</param>
/// <param name="SenderLife">Which life of that node.</param>
/// <param name="Receiver">Number of the node that it is for.</param>
/// <param name="Lane">Its lane.</param>
/// <param name="Place">Its place among what this sender sends to this receiver in this lane, from 1.</param>
/// <param name="Number">Its number in the <see cref="OutcomeBook"/>.</param>
public readonly record struct NotePayload(int Sender, int SenderLife, int Receiver, int Lane, int Place, int Number)
{
    private const int Fields = 6;

    /// <summary>Writes it.</summary>
    public byte[] Write()
    {
        var payload = new byte[Fields * sizeof(int)];
        ReadOnlySpan<int> fields = [Sender, SenderLife, Receiver, Lane, Place, Number];
        for (var i = 0; i < Fields; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(i * sizeof(int)), fields[i]);
        }

        return payload;
    }

    /// <summary>Reads it; false for another length.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out NotePayload read)
    {
        read = default;
        if (payload.Length != Fields * sizeof(int))
        {
            return false;
        }

        Span<int> fields = stackalloc int[Fields];
        for (var i = 0; i < Fields; i++)
        {
            fields[i] = BinaryPrimitives.ReadInt32LittleEndian(payload[(i * sizeof(int))..]);
        }

        read = new NotePayload(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]);
        return true;
    }
}

/// <summary>
/// The judge of order: unicasts and requests of one life of a sender arrive at one life of a receiver first in, first out in
/// their lane, and once.
/// </summary>
public sealed class OrderBook(Action<string> violated)
{
    private readonly Dictionary<(int Sender, int Receiver, int Lane), int> _sent = [];
    private readonly Dictionary<(int Sender, int SenderLife, int Receiver, int ReceiverLife, int Lane), int> _received = [];

    /// <summary>The payload of the next one on this way.</summary>
    public NotePayload Next(int sender, int life, int receiver, int lane, int number) =>
        new(sender, life, receiver, lane, _sent[(sender, receiver, lane)] = _sent.GetValueOrDefault((sender, receiver, lane)) + 1, number);

    /// <summary>A module was given one. Null when it says something else than it should.</summary>
    public NotePayload? Delivered(int receiver, int life, int origin, ReadOnlySpan<byte> payload)
    {
        if (!NotePayload.TryRead(payload, out var note) || note.Sender != origin || note.Receiver != receiver)
        {
            violated($"node {receiver} was given a unicast that node {origin} did not send to it");
            return null;
        }

        var way = (origin, note.SenderLife, receiver, life, note.Lane);
        if (_received.TryGetValue(way, out var last) && note.Place <= last)
        {
            violated($"node {receiver} was given unicast {note.Place} of node {origin} after {last}");
        }

        _received[way] = note.Place;
        return note;
    }
}
