using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <summary>A remote node of one namespace: its peer, and the sessions that links hold for it now.</summary>
internal sealed class RemotePeer(IActorRef peer, PeerFigures figures)
{
    private readonly List<LiveSession> _sessions = [];

    /// <summary>One session, until its link says that it is over.</summary>
    public sealed record LiveSession(ulong Tag, IActorRef Link, bool IsRelayed);

    public IActorRef Peer => peer;

    /// <summary>True while its key, or ours, changes: it will be back under another one, and until then no way to it is none.</summary>
    public bool AwaitsHandover { get; set; }

    /// <summary>True when messages wait for its return.</summary>
    public bool WantsSession { get; set; }

    public IReadOnlyList<LiveSession> Sessions => _sessions;

    /// <summary>True while there is a session over a direct link: only then it takes part in multicast and state sync.</summary>
    public bool IsLinked => _sessions.Exists(static session => !session.IsRelayed);

    /// <summary>What the peer has carried, under the ID that it has now.</summary>
    public PeerTraffic TrafficOf(NodeId node) => new(node, figures.SentMessages, figures.ReceivedMessages, figures.QueuedBytes);

    public void Add(LiveSession session) => _sessions.Add(session);

    /// <summary>Takes out the session of this tag; null when it is over already.</summary>
    public LiveSession? Take(ulong tag)
    {
        var session = _sessions.Find(session => session.Tag == tag);
        if (session is not null)
        {
            _sessions.Remove(session);
        }

        return session;
    }
}
