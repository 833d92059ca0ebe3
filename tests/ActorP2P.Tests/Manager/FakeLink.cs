using ActorP2P.Protocol.Frames;

namespace ActorP2P.Tests.Manager;

/// <summary>
/// One end of a link without a transport: moves sealed frames to the other end, and reports to a probe what a
/// peer or PeerManager asks of its link.
/// </summary>
internal sealed class FakeLink(IActorRef reports) : UntypedActor
{
    private readonly Dictionary<ulong, IActorRef> _peers = [];
    private readonly List<Wire> _unbound = [];
    private IActorRef _other = ActorRefs.Nobody;

    /// <summary>The other end.</summary>
    public sealed record Connect(IActorRef Other);

    /// <summary>Frames on their way, and a lane's worth of bytes.</summary>
    public sealed record Wire(ulong Tag, IReadOnlyList<byte[]> Frames);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Connect m:
                _other = m.Other;
                break;
            case Link.BindSession m:
                _peers[m.SessionTag] = m.Peer;
                foreach (var wire in _unbound.Where(wire => wire.Tag == m.SessionTag).ToArray())
                {
                    _unbound.Remove(wire);
                    Hand(m.Peer, wire);
                }

                reports.Tell(m);
                break;
            case Link.SendRecords m:
                _other.Tell(new Wire(m.SessionTag, [.. m.Frames.Select(frame => frame.ToArray())]));
                Sender.Tell(new Peer.RecordsWritten(m.Lane, m.Bytes));
                break;
            case Wire m when _peers.TryGetValue(m.Tag, out var peer):
                Hand(peer, m);
                break;
            case Wire m:
                _unbound.Add(m);
                break;
            default:
                reports.Tell(message);
                break;
        }
    }

    private static void Hand(IActorRef peer, Wire wire) => peer.Tell(new Peer.RecordsReceived([.. wire.Frames.Select(Parse)]));

    private static Frame Parse(byte[] bytes)
    {
        Memory<byte> rest = bytes;
        return FrameSplitter.TryTake(ref rest, 1 << 20, out var frame, out var error)
            ? frame
            : throw new InvalidOperationException($"The peer sent a broken frame: {error}.");
    }
}
