using ActorP2P.Protocol.Dissemination;

namespace ActorP2P.Simulation;

/// <summary>
/// Stands between the actors of the nodes: sees each payload copy that arrives, loses what the plan says is lost, and
/// lets liars change what they send. The nodes know nothing of it and pay nothing for it.
/// </summary>
public sealed class Interception
{
    private const int LongestName = 1024;

    // Kind, reference, epoch, seq and index in front of a chunk of a large broadcast.
    private const int ChunkHeadBytes = 1 + 8 + 8 + 8 + 4;

    private readonly SimulatedNetwork _world;
    private readonly Random _random;
    private readonly double _loss;
    private readonly Dictionary<string, int> _numbersBySystem = new(StringComparer.Ordinal);
    private readonly Liars? _liars;

    internal Interception(SimulatedNetwork world)
    {
        _world = world;
        _loss = world.Options.Faults.Loss;
        _random = new Random(world.Options.Seed ^ 0x1055);
        _liars = world.Options.Faults.Liars > 0 ? new Liars(world) : null;
    }

    /// <summary>Messages that were lost.</summary>
    public long Lost { get; private set; }

    /// <summary>False until the network has formed: faults begin with the traffic.</summary>
    public bool IsActive { get; set; }

    /// <summary>What the liars did, one line; empty without liars.</summary>
    public string Lies => _liars?.Summary ?? "";

    /// <summary>True when a liar signed two things under one id.</summary>
    public bool HaveLiarsEquivocated => _liars?.HaveEquivocated == true;

    internal object? Intercept(IActorRef receiver, object message, IActorRef sender)
    {
        switch (message)
        {
            case Peer.Batch batch when receiver.Path.Name == "multicast":
                _world.Traffic.CountBatch(batch.Messages, isDissemination: true);
                Look(receiver, batch);
                return Thin(batch);
            case Peer.Batch batch when receiver.Path.Name == "statesync":
                _world.Traffic.CountBatch(batch.Messages, isDissemination: false);
                return Thin(batch);
            case Peer.Batch batch when receiver.Path.Name == "node":
                _world.Traffic.CountBatch(batch.Messages, isDissemination: false);
                return batch;
            case Topology.Received received when IsLost():
                sender.Tell(new Link.Taken(received.Charge), ActorRefs.NoSender);
                return null;
            case Peer.SendDissemination or Peer.SendStateSync or Link.SendTopology when IsActive && _liars is not null:
                return _liars.Change(NumberOf(receiver), receiver, message);
            default:
                return message;
        }
    }

    private bool IsLost()
    {
        if (_loss == 0 || !IsActive || _random.NextDouble() >= _loss)
        {
            return false;
        }

        Lost++;
        return true;
    }

    private Peer.Batch Thin(Peer.Batch batch) =>
        _loss == 0 || !IsActive ? batch : batch with { Messages = [.. batch.Messages.Where(_ => !IsLost())] };

    private void Look(IActorRef receiver, Peer.Batch batch)
    {
        if (!IsActive || !_world.TryNumber(batch.Origin, out var from))
        {
            return;
        }

        var node = NumberOf(receiver);
        foreach (var message in batch.Messages)
        {
            if (!message.Payload.IsEmpty && message.Payload.Span[0] == PublicationHeader.Kind
                && PublicationHeader.TryRead(message.Payload, LongestName, LongestName, out _, out var payload))
            {
                _world.Ledger.Arrived(node, from, payload.Span);
            }
            else if (message.Payload.Length > ChunkHeadBytes && message.Payload.Span[0] == (byte)MulticastKind.Chunk)
            {
                _world.Ledger.ChunkArrived(message.Payload.Length - ChunkHeadBytes);
            }
        }
    }

    private int NumberOf(IActorRef actor)
    {
        var system = actor.Path.Address.System;
        if (!_numbersBySystem.TryGetValue(system, out var number))
        {
            number = int.Parse(system.AsSpan(1, system.IndexOf('-', StringComparison.Ordinal) - 1), System.Globalization.CultureInfo.InvariantCulture);
            _numbersBySystem[system] = number;
        }

        return number;
    }
}
