using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Simulation;

/// <summary>What a liar does to what it sends.</summary>
internal enum LieKind
{
    /// <summary>Changes what it relays, and makes up broadcasts in another's name.</summary>
    Spoof,

    /// <summary>Sends everything again later.</summary>
    Replay,

    /// <summary>Claims links to everybody.</summary>
    ForgedRoutes,

    /// <summary>Signs two broadcasts under one id, one for each half of its peers.</summary>
    Equivocation,

    /// <summary>Relays and announces nothing of others.</summary>
    Silence,
}

/// <summary>
/// Nodes with a genuine certificate and key that lie: whole nodes of the product whose outgoing messages are changed
/// behind their back. They know every secret of their own node and of nobody else.
/// </summary>
internal sealed class Liars
{
    private const int Kinds = 5;
    private const int RememberedMessages = 64;
    private const int SpoofEvery = 4;

    private readonly SimulatedNetwork _world;
    private readonly Random _random;
    private readonly PublicationScope _scope = new(NetworkId, SimulatedModule.Namespace);
    private readonly StateScope _linkScope = StateScope.LinkState(NetworkId);
    private readonly Dictionary<int, LieKind> _kinds = [];
    private readonly Dictionary<int, Queue<(IActorRef Receiver, object Message)>> _sent = [];
    private readonly HashSet<object> _made = new(ReferenceEqualityComparer.Instance);
    private readonly long[] _lies = new long[Kinds];
    private int _turn;

    private const string NetworkId = "simulated";

    internal Liars(SimulatedNetwork world)
    {
        _world = world;
        _random = new Random(world.Options.Seed ^ 0x11A5);
        var numbers = Enumerable.Range(0, world.Options.Nodes).ToArray();
        _random.Shuffle(numbers);
        foreach (var (index, number) in numbers.Take((int)Math.Ceiling(world.Options.Faults.Liars * world.Options.Nodes)).Index())
        {
            _kinds[number] = (LieKind)(index % Kinds);
            world.Nodes[number].IsLiar = true;
        }
    }

    internal string Summary => string.Join(", ", Enumerable.Range(0, Kinds).Select(kind => $"{(LieKind)kind} {_lies[kind]}"));

    /// <summary>True when somebody equivocated, so that somebody must have noticed.</summary>
    internal bool HaveEquivocated => _lies[(int)LieKind.Equivocation] > 0;

    internal object? Change(int number, IActorRef actor, object message)
    {
        if (!_kinds.TryGetValue(number, out var kind) || _made.Remove(message))
        {
            return message;
        }

        var node = _world.Nodes[number];
        return (kind, message) switch
        {
            (LieKind.Spoof, Peer.SendDissemination send) => Spoof(node, actor, send),
            (LieKind.Replay, _) => Replay(number, actor, message),
            (LieKind.ForgedRoutes, Link.SendTopology send) => ForgeRoutes(node, send),
            (LieKind.Equivocation, Peer.SendDissemination send) => Equivocate(node, actor, send),
            (LieKind.Silence, Peer.SendDissemination send) => Swallow(node, send),
            _ => message,
        };
    }

    private object Spoof(SimulatedNode node, IActorRef actor, Peer.SendDissemination send)
    {
        if (!TryRead(send, out var header) || header.Id.Origin == node.Id)
        {
            return send;
        }

        _lies[(int)LieKind.Spoof]++;
        var changed = send.Payload.ToArray();
        changed[^1] ^= 1;
        if (++_turn % SpoofEvery == 0)
        {
            var invented = new MessageId(header.Id.Origin, header.Id.Epoch, header.Id.Seq + 1 + (ulong)_random.Next(100));
            var head = Sign(node, new PublicationDraft(invented, header.Floor, header.Lane, null, header.Type, changed));
            Tell(actor, new Peer.SendDissemination(header.Lane, head.Bytes, changed));
        }

        return send with { Payload = changed };
    }

    private object Replay(int number, IActorRef actor, object message)
    {
        if (!_sent.TryGetValue(number, out var sent))
        {
            _sent[number] = sent = new();
        }

        sent.Enqueue((actor, message));
        if (sent.Count > RememberedMessages)
        {
            var (to, old) = sent.Dequeue();
            _lies[(int)LieKind.Replay]++;
            Tell(to, old switch
            {
                Peer.SendDissemination e => e with { },
                Peer.SendStateSync e => e with { },
                Link.SendTopology e => e with { },
                _ => old,
            });
        }

        return message;
    }

    private object ForgeRoutes(SimulatedNode node, Link.SendTopology send)
    {
        var reader = new WireReader(send.Bytes);
        if (!reader.TryReadByte(out var kind) || (StateSyncKind)kind != StateSyncKind.Answer || !reader.TryReadByte(out var flags) || !reader.TryReadUInt16(out var count))
        {
            return send;
        }

        var states = new List<SignedState>();
        for (var i = 0; i < count; i++)
        {
            if (!SignedState.TryRead(ref reader, _linkScope, out var state))
            {
                return send;
            }

            states.Add(state.Node == node.Id ? Forge(node, state) : state);
        }

        _lies[(int)LieKind.ForgedRoutes]++;
        return new Link.SendTopology(StateSyncWire.Answer((AnswerFlags)flags, states));
    }

    private SignedState Forge(SimulatedNode node, SignedState own)
    {
        var limits = node.Limits;
        if (!LinkStateBody.TryDecode(own.Body, limits, out var body))
        {
            return own;
        }

        var everybody = _world.Nodes.Where(other => other.Id != node.Id).Select(other => other.Id.Reference).Take(limits.MaxNeighbours);
        var forged = LinkStateBody.Create(body.Addresses, body.CertificateHash, everybody, limits);
        return SignedState.Sign(_linkScope, node.Key!, own.Epoch, own.Seq, forged.Encode());
    }

    private object Equivocate(SimulatedNode node, IActorRef actor, Peer.SendDissemination send)
    {
        // Half of the peers, by a property of their name that stays the same.
        if (!TryRead(send, out var header) || header.Id.Origin != node.Id || actor.Path.Name.Sum(letter => letter) % 2 == 0)
        {
            return send;
        }

        _lies[(int)LieKind.Equivocation]++;
        var other = send.Payload.ToArray();
        other[^1] ^= 1;
        var head = Sign(node, new PublicationDraft(header.Id, header.Floor, header.Lane, header.Topic, header.Type, other));
        return new Peer.SendDissemination(send.Lane, head.Bytes, other);
    }

    private Peer.SendDissemination? Swallow(SimulatedNode node, Peer.SendDissemination send)
    {
        if (TryRead(send, out var header) && header.Id.Origin == node.Id)
        {
            return send;
        }

        _lies[(int)LieKind.Silence]++;
        return null;
    }

    private PublicationHeader Sign(SimulatedNode node, PublicationDraft draft) =>
        new PublicationProof(_scope, _world.Curve, isSigned: true).Sign(node.Key!, [draft])[0];

    private void Tell(IActorRef actor, object message)
    {
        _made.Add(message);
        actor.Tell(message, ActorRefs.NoSender);
    }

    private static bool TryRead(Peer.SendDissemination send, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PublicationHeader? header)
    {
        header = null;
        byte[] whole = [.. send.Head.Span, .. send.Payload.Span];
        return whole.Length > 0 && whole[0] == PublicationHeader.Kind
            && PublicationHeader.TryRead(whole, byte.MaxValue, byte.MaxValue, out header, out _);
    }
}
