using System.Text;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>What a namespace's stand-in saw. Read it only while the simulation stands still.</summary>
internal sealed class NamespaceRecord(string name)
{
    public string Name { get; } = name;

    public IActorRef Actor { get; set; } = ActorRefs.Nobody;

    public Dictionary<NodeId, (NamespaceSession Session, IActorRef Link, ulong Epoch)> Sessions { get; } = [];

    public List<(NodeId Remote, ulong Tag)> Ups { get; } = [];

    public List<(NodeId Remote, ulong Tag, string Reason)> Downs { get; } = [];

    public List<PeerManager.RemoteRejected> Rejections { get; } = [];

    public List<PeerManager.CertificateEnds> Expiring { get; } = [];

    public List<NetworkAlarm> Alarms { get; } = [];

    public List<(NodeId From, string Text)> Received { get; } = [];

    public List<(Lane Lane, int Bytes)> Written { get; } = [];

    public NetworkView? View { get; set; }

    public bool BindsAtOnce { get; set; } = true;
}

/// <summary>Stands in for a PeerManager and its peers: registers the slot, binds sessions, seals and opens records itself.</summary>
internal sealed class RecordingManager : ReceiveActor
{
    private readonly NamespaceRecord _record;
    private readonly IActorRef _hypernet;
    private readonly Dictionary<ulong, (NodeId Remote, NamespaceSession Session)> _byTag = [];

    public RecordingManager(NamespaceRecord record, IActorRef hypernet)
    {
        _record = record;
        _hypernet = hypernet;
        Receive<PeerManager.SessionUp>(HandleUp);
        Receive<PeerManager.SessionDown>(down =>
        {
            record.Downs.Add((down.Remote, down.SessionTag, down.Reason));
            if (record.Sessions.TryGetValue(down.Remote, out var session) && session.Session.Tag == down.SessionTag)
            {
                record.Sessions.Remove(down.Remote);
            }
        });
        Receive<PeerManager.ViewChanged>(changed => record.View = changed.View);
        Receive<PeerManager.RemoteRejected>(record.Rejections.Add);
        Receive<PeerManager.CertificateEnds>(record.Expiring.Add);
        Receive<NetworkAlarm>(record.Alarms.Add);
        Receive<Peer.RecordsWritten>(written => record.Written.Add((written.Lane, written.Bytes)));
        Receive<Peer.RecordsReceived>(HandleRecords);
        Receive<Send>(HandleSend);
        Receive<Bind>(_ => BindAll());
        ReceiveAny(_ => { });
    }

    protected override void PreStart() => _hypernet.Tell(new HypernetServer.RegisterSlot(_record.Name, Self));

    private void HandleUp(PeerManager.SessionUp up)
    {
        _record.Ups.Add((up.Remote, up.Session.Tag));
        _record.Sessions[up.Remote] = (up.Session, up.Link, up.RemoteEpoch);
        _byTag[up.Session.Tag] = (up.Remote, up.Session);
        if (_record.BindsAtOnce)
        {
            up.Link.Tell(new Link.BindSession(up.Session.Tag, Self));
        }
    }

    private void BindAll()
    {
        foreach (var session in _record.Sessions.Values)
        {
            session.Link.Tell(new Link.BindSession(session.Session.Tag, Self));
        }
    }

    private void HandleRecords(Peer.RecordsReceived received)
    {
        Sender.Tell(new Link.RecordsTaken(received.Frames[0].Header.Session, received.Charge));
        foreach (var frame in received.Frames)
        {
            var (remote, session) = _byTag[frame.Header.Session];
            var verdict = session.Opener(frame.Header.Lane).Open(frame, out var plaintext);
            _record.Received.Add((remote, verdict == RecordVerdict.Opened ? Encoding.UTF8.GetString(plaintext.Span) : verdict.ToString()));
        }
    }

    private void HandleSend(Send send)
    {
        var (session, link, _) = _record.Sessions[send.To];
        var frames = send.Texts.Select(text => Seal(session, send.Lane, text)).ToList();
        link.Tell(new Link.SendRecords(session.Tag, send.Lane, frames, frames.Sum(frame => frame.Length)));
    }

    private static ReadOnlyMemory<byte> Seal(NamespaceSession session, Lane lane, string text)
    {
        var sealer = session.Sealer(lane);
        var plaintext = Encoding.UTF8.GetBytes(text);
        var buffer = new byte[FrameHeader.LengthBytes + plaintext.Length + sealer.OverheadBytes];
        plaintext.CopyTo(buffer, FrameHeader.LengthBytes);
        return sealer.SealInPlace(buffer, plaintext.Length, FrameFlags.None, 0);
    }

    public sealed record Send(NodeId To, Lane Lane, params string[] Texts);

    public sealed record Bind;
}
