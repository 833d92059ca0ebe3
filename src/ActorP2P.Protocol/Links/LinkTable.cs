using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Timers;

namespace ActorP2P.Protocol.Links;

/// <summary>
/// One link per pair of nodes. Both may dial at once and both may redial before the other has noticed a loss,
/// so somebody must choose, and two who choose apart can kill both links (go-libp2p-swarm #79). Here the node
/// with the LOWER id decides for the pair and confirms exactly one link; the other waits to be told.
/// <code>
///   handshake done ──► waiting ──decider confirms──► up ──closed, replaced──► gone
///                         └──────────refused──────────────────────────────────┘
/// </code>
/// No payload flows on a link that is not confirmed, so closing the loser loses nothing.
/// A higher epoch of the remote replaces its old link at once: that run is over. In the same epoch the
/// first link stands, unless it does not answer a probe.
/// </summary>
public sealed class LinkTable
{
    // Both sides dial, and each may redial once before the first is judged.
    private const int MaxWaiting = 4;

    // A decider probes before it decides; who waits for it must outwait that, and the way there and back.
    private const int ConfirmPatience = 3;

    private readonly NodeId _self;
    private readonly TimeSpan _probeTimeout;
    private readonly Dictionary<NodeId, Pair> _pairs = [];
    private readonly Dictionary<long, NodeId> _remotes = [];
    private readonly Alarm _alarm = new();

    /// <summary>Makes an empty table.</summary>
    /// <param name="self">This node.</param>
    /// <param name="probeTimeout">Time an old link has to answer when a new one waits.</param>
    public LinkTable(NodeId self, TimeSpan probeTimeout)
    {
        _self = self;
        _probeTimeout = probeTimeout;
    }

    /// <summary>Number of confirmed links.</summary>
    public int UpCount => _pairs.Values.Count(static pair => pair.Current is not null);

    /// <summary>The confirmed link to a node.</summary>
    public bool TryGetLink(NodeId remote, [NotNullWhen(true)] out long? linkId)
    {
        linkId = _pairs.TryGetValue(remote, out var pair) ? pair.Current : null;
        return linkId is not null;
    }

    /// <summary>A handshake has proven the remote.</summary>
    /// <param name="linkId">A number of its own for every connection.</param>
    /// <param name="remote">The proven node.</param>
    /// <param name="remoteEpoch">Its signed epoch.</param>
    /// <param name="now">The present.</param>
    /// <param name="effects">Receives what to do.</param>
    public void HandshakeDone(long linkId, NodeId remote, ulong remoteEpoch, DateTimeOffset now, List<LinkEffect> effects)
    {
        if (remote == _self)
        {
            effects.Add(new LinkEffect.CloseLink(linkId, LinkCloseReason.SelfConnection));
            return;
        }

        if (!_pairs.TryGetValue(remote, out var pair))
        {
            _pairs[remote] = pair = new Pair(remoteEpoch);
        }

        if (remoteEpoch > pair.Epoch)
        {
            Retire(remote, pair, effects);
            pair.Epoch = remoteEpoch;
        }

        if (remoteEpoch < pair.Epoch)
        {
            effects.Add(new LinkEffect.CloseLink(linkId, LinkCloseReason.OlderEpoch));
        }
        else if (WeDecide(remote) && pair.Current is null)
        {
            _remotes[linkId] = remote;
            Choose(linkId, remote, pair, effects);
        }
        else if (pair.Waiting.Count >= MaxWaiting)
        {
            effects.Add(new LinkEffect.CloseLink(linkId, LinkCloseReason.TooManyWaiting));
        }
        else
        {
            _remotes[linkId] = remote;
            Wait(linkId, remote, pair, now, effects);
        }

        Rearm(now, effects);
    }

    /// <summary>The remote, which decides, chose this link.</summary>
    public void Confirmed(long linkId, DateTimeOffset now, List<LinkEffect> effects)
    {
        if (!_remotes.TryGetValue(linkId, out var remote) || !_pairs.TryGetValue(remote, out var pair))
        {
            return;
        }

        if (WeDecide(remote))
        {
            effects.Add(new LinkEffect.CloseLink(linkId, LinkCloseReason.UnexpectedConfirm));
            LinkClosed(linkId, now, effects);
            return;
        }

        if (pair.Current == linkId)
        {
            return;
        }

        DropCurrent(remote, pair, LinkCloseReason.DuplicateLink, effects);
        pair.Waiting.RemoveAll(waiting => waiting.LinkId == linkId);
        pair.Current = linkId;
        effects.Add(new LinkEffect.Up(linkId, remote));
    }

    /// <summary>A connection is gone, whoever closed it.</summary>
    public void LinkClosed(long linkId, DateTimeOffset now, List<LinkEffect> effects)
    {
        if (!_remotes.Remove(linkId, out var remote) || !_pairs.TryGetValue(remote, out var pair))
        {
            return;
        }

        pair.Waiting.RemoveAll(waiting => waiting.LinkId == linkId);
        if (pair.Current == linkId)
        {
            pair.Current = null;
            pair.ProbeDeadline = null;
            effects.Add(new LinkEffect.Down(linkId, remote));
            if (WeDecide(remote) && pair.Waiting.Count > 0)
            {
                Choose(pair.Waiting[0].LinkId, remote, pair, effects);
            }
        }

        Forget(remote, pair);
        Rearm(now, effects);
    }

    /// <summary>The old link answered: those that waited for its end are refused.</summary>
    public void ProbeAnswered(long linkId, DateTimeOffset now, List<LinkEffect> effects)
    {
        if (!_remotes.TryGetValue(linkId, out var remote)
            || !_pairs.TryGetValue(remote, out var pair)
            || pair.Current != linkId
            || pair.ProbeDeadline is null)
        {
            return;
        }

        pair.ProbeDeadline = null;
        CloseWaiting(pair, LinkCloseReason.DuplicateLink, effects);
        Rearm(now, effects);
    }

    /// <summary>A scheduled timer fired; a stale token does nothing.</summary>
    public void HandleTimer(long token, DateTimeOffset now, List<LinkEffect> effects)
    {
        if (!_alarm.Accepts(token))
        {
            return;
        }

        foreach (var (remote, pair) in _pairs.ToArray())
        {
            if (pair.ProbeDeadline <= now)
            {
                DropCurrent(remote, pair, LinkCloseReason.ProbeTimedOut, effects);
                if (pair.Waiting.Count > 0)
                {
                    Choose(pair.Waiting[0].LinkId, remote, pair, effects);
                }
            }

            foreach (var late in pair.Waiting.FindAll(waiting => waiting.Deadline <= now))
            {
                effects.Add(new LinkEffect.CloseLink(late.LinkId, LinkCloseReason.NotConfirmed));
                pair.Waiting.Remove(late);
                _remotes.Remove(late.LinkId);
            }

            Forget(remote, pair);
        }

        Rearm(now, effects);
    }

    private bool WeDecide(NodeId remote) => _self < remote;

    private void Wait(long linkId, NodeId remote, Pair pair, DateTimeOffset now, List<LinkEffect> effects)
    {
        pair.Waiting.Add(new WaitingLink(linkId, WeDecide(remote) ? DateTimeOffset.MaxValue : now + (_probeTimeout * ConfirmPatience)));
        if (WeDecide(remote) && pair.ProbeDeadline is null && pair.Current is { } current)
        {
            pair.ProbeDeadline = now + _probeTimeout;
            effects.Add(new LinkEffect.ProbeOld(current));
        }
    }

    private static void Choose(long linkId, NodeId remote, Pair pair, List<LinkEffect> effects)
    {
        pair.Waiting.RemoveAll(waiting => waiting.LinkId == linkId);
        pair.Current = linkId;
        effects.Add(new LinkEffect.Confirm(linkId));
        effects.Add(new LinkEffect.Up(linkId, remote));
    }

    private void Retire(NodeId remote, Pair pair, List<LinkEffect> effects)
    {
        DropCurrent(remote, pair, LinkCloseReason.ReplacedByNewerEpoch, effects);
        CloseWaiting(pair, LinkCloseReason.ReplacedByNewerEpoch, effects);
    }

    private void DropCurrent(NodeId remote, Pair pair, LinkCloseReason reason, List<LinkEffect> effects)
    {
        pair.ProbeDeadline = null;
        if (pair.Current is not { } current)
        {
            return;
        }

        pair.Current = null;
        _remotes.Remove(current);
        effects.Add(new LinkEffect.CloseLink(current, reason));
        effects.Add(new LinkEffect.Down(current, remote));
    }

    private void CloseWaiting(Pair pair, LinkCloseReason reason, List<LinkEffect> effects)
    {
        foreach (var waiting in pair.Waiting)
        {
            _remotes.Remove(waiting.LinkId);
            effects.Add(new LinkEffect.CloseLink(waiting.LinkId, reason));
        }

        pair.Waiting.Clear();
    }

    private void Forget(NodeId remote, Pair pair)
    {
        if (pair.Current is null && pair.Waiting.Count == 0)
        {
            _pairs.Remove(remote);
        }
    }

    private void Rearm(DateTimeOffset now, List<LinkEffect> effects)
    {
        var at = DateTimeOffset.MaxValue;
        foreach (var pair in _pairs.Values)
        {
            at = pair.ProbeDeadline is { } probe && probe < at ? probe : at;
            foreach (var waiting in pair.Waiting)
            {
                at = waiting.Deadline < at ? waiting.Deadline : at;
            }
        }

        if (at < DateTimeOffset.MaxValue && _alarm.TryArm(at, now, out var token, out var delay))
        {
            effects.Add(new LinkEffect.Schedule(token, delay));
        }
    }

    private sealed record WaitingLink(long LinkId, DateTimeOffset Deadline);

    private sealed class Pair(ulong epoch)
    {
        internal ulong Epoch { get; set; } = epoch;

        internal long? Current { get; set; }

        internal DateTimeOffset? ProbeDeadline { get; set; }

        internal List<WaitingLink> Waiting { get; } = [];
    }
}
