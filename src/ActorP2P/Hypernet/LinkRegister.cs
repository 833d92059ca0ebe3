using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <summary>One link as Hypernet knows it.</summary>
internal sealed class LinkRecord(long id, IActorRef link, Hypernet.ConnectionReady ready, LinkFigures figures)
{
    public long Id { get; } = id;

    public IActorRef Link { get; } = link;

    public Hypernet.ConnectionReady Ready { get; } = ready;

    /// <summary>What the handshake proved; null before.</summary>
    public Hypernet.HandshakeDone? Proven { get; set; }

    /// <summary>True once the client or server was told what came of the attempt.</summary>
    public bool IsAttemptOver { get; set; }

    /// <summary>True once it was the remote's confirmed link.</summary>
    public bool WasUp { get; set; }

    /// <summary>When that was.</summary>
    public DateTimeOffset UpSince { get; set; }

    /// <summary>What it shows of itself; only of a proven link.</summary>
    public LinkInfo Info() => new(
        Proven!.Remote, Ready.Address, Ready.WeDialled, UpSince, figures.RoundTrip, figures.SentBytes, figures.ReceivedBytes, figures.QueuedBytes);

    /// <summary>Why it ends, when that is known.</summary>
    public string? EndReason { get; set; }
}

/// <summary>The links of this node, and which of them is up for each remote.</summary>
internal sealed class LinkRegister
{
    private readonly Dictionary<long, LinkRecord> _links = [];
    private readonly Dictionary<NodeId, LinkRecord> _up = [];

    public int Count => _links.Count;

    /// <summary>Links whose remote is authenticated: the others are bounded as handshakes under way.</summary>
    public int ProvenCount => _links.Values.Count(static link => link.Proven is not null);

    public IReadOnlyCollection<LinkRecord> All => _links.Values;

    public IReadOnlyCollection<LinkRecord> Up => _up.Values;

    public void Add(LinkRecord link) => _links.Add(link.Id, link);

    public bool TryGet(long id, [NotNullWhen(true)] out LinkRecord? link) => _links.TryGetValue(id, out link);

    public bool TryFind(IActorRef actor, [NotNullWhen(true)] out LinkRecord? link)
    {
        link = _links.Values.FirstOrDefault(candidate => candidate.Link.Equals(actor));
        return link is not null;
    }

    /// <summary>The link is the remote's from now on, in place of any other.</summary>
    public void SetUp(NodeId remote, LinkRecord link) => _up[remote] = link;

    /// <summary>The link is the remote's no longer.</summary>
    /// <returns>False when another one is.</returns>
    public bool SetDown(NodeId remote, LinkRecord link) =>
        _up.TryGetValue(remote, out var up) && ReferenceEquals(up, link) && _up.Remove(remote);

    public void Remove(long id) => _links.Remove(id);
}
