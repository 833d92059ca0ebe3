using System.Collections.Immutable;
using System.Security.Cryptography;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// Who is a member. Chains of linked nodes come from their handshakes; those of others are named by hash in
/// their link state, fetched once from a peer and validated like any. Verdicts are cached, and made anew on
/// expiry and when the rules (roots, lists, CRLs) are loaded again.
/// <code>
/// query   u8 17, 1 to 64 x 32 bytes hash
/// answer  u8 18, u16 count, count x (u16 length, the encoded chain)
/// </code>
/// </summary>
public sealed partial class MembershipCore
{
    /// <summary>True when the bytes belong to this core, not to the state sync on the same channel.</summary>
    public static bool Owns(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes[0] is ChainFetches.QueryKind or AnswerKind;

    /// <summary>The token of a chain that has ended, as the validator's reason is shown.</summary>
    public const string Expired = "expired";

    private readonly Func<ReadOnlyMemory<byte>, DateTimeOffset, ChainJudgement> _validate;
    private readonly int _maxChains;
    private readonly IRandomSource _random;
    private readonly List<NodeId> _peers = [];
    private readonly Dictionary<NodeId, ReadOnlyMemory<byte>> _chains = [];
    private readonly Dictionary<ChainHash, NodeId> _byHash = [];
    private readonly ChainFetches _fetches;
    private NodeId? _self;
    private ImmutableDictionary<NodeId, MemberStanding> _standings = ImmutableDictionary<NodeId, MemberStanding>.Empty;

    /// <summary>Makes a core that knows nobody.</summary>
    /// <param name="validate">Judges an encoded chain at a time. It must be total: any bytes get a judgement.</param>
    /// <param name="maxChains">Chains kept and, apart from that, chains asked for at once.</param>
    /// <param name="patience">Time after which another peer is asked.</param>
    /// <param name="random">Picks the peer to ask.</param>
    public MembershipCore(
        Func<ReadOnlyMemory<byte>, DateTimeOffset, ChainJudgement> validate,
        int maxChains,
        TimeSpan patience,
        IRandomSource random)
    {
        _validate = validate;
        _maxChains = maxChains;
        _fetches = new ChainFetches(patience, random);
        _random = random;
    }

    /// <summary>Chains held for others to fetch.</summary>
    public int Count => _chains.Count;

    /// <summary>The verdicts now.</summary>
    public MembershipSnapshot Snapshot => new(_standings);

    /// <summary>Takes our own chain, so that others can fetch it from us and we judge ourselves a member.</summary>
    public void AddOwn(NodeId self, ReadOnlyMemory<byte> chain, DateTimeOffset notAfter, DateTimeOffset now, List<MembershipEffect> effects)
    {
        FollowClock(now);
        _self = self;
        Keep(self, chain, notAfter, notAfter, effects);
        Rearm(now, effects);
    }

    /// <summary>A link is up; its handshake has validated the chain.</summary>
    /// <param name="peer">The link's far end.</param>
    /// <param name="chain">Its chain, encoded.</param>
    /// <param name="notAfter">Until when the chain proves it.</param>
    /// <param name="now">The time.</param>
    /// <param name="effects">Receives what to do.</param>
    /// <param name="certificateNotAfter">End of the chain, when that is not <paramref name="notAfter"/>.</param>
    public void HandlePeerUp(
        NodeId peer, ReadOnlyMemory<byte> chain, DateTimeOffset notAfter, DateTimeOffset now, List<MembershipEffect> effects, DateTimeOffset? certificateNotAfter = null)
    {
        FollowClock(now);
        if (!_peers.Contains(peer))
        {
            _peers.Add(peer);
        }

        Keep(peer, chain, notAfter, certificateNotAfter ?? notAfter, effects);
        Rearm(now, effects);
    }

    /// <summary>The link is gone; the node is still a member.</summary>
    public void HandlePeerDown(NodeId peer)
    {
        _peers.Remove(peer);
        _answers.Remove(peer);
    }

    /// <summary>A node's link state names a chain: fetch it, first from who brought the state.</summary>
    public void HandleNeeded(NodeId node, ReadOnlyMemory<byte> hash, NodeId from, DateTimeOffset now, List<MembershipEffect> effects)
    {
        FollowClock(now);
        var key = ChainHash.From(hash.Span);
        if (_byHash.ContainsKey(key) || _fetches.Contains(key))
        {
            return;
        }

        _fetches.EndFor(node);
        if (_fetches.Count >= _maxChains || (_chains.Count >= _maxChains && !_chains.ContainsKey(node)))
        {
            effects.Add(new MembershipEffect.Dropped(MembershipDrop.OverAllowance, from));
            return;
        }

        _fetches.Begin(key, node, hash, from, now, effects);
        Rearm(now, effects);
    }

    /// <summary>
    /// A member's link state in force names a chain. A renewed one is fetched while the old one still holds, so that the
    /// member goes on being one; linked or not.
    /// </summary>
    public void HandleNamed(NodeId node, ReadOnlyMemory<byte> hash, DateTimeOffset now, List<MembershipEffect> effects)
    {
        if (_peers.Count > 0 && node != _self)
        {
            HandleNeeded(node, hash, _peers.Contains(node) ? node : _peers[_random.NextInt(_peers.Count)], now, effects);
        }
    }

    /// <summary>Bytes from a linked peer.</summary>
    public void HandleReceived(NodeId from, ReadOnlyMemory<byte> bytes, DateTimeOffset now, List<MembershipEffect> effects)
    {
        FollowClock(now);
        if (!_peers.Contains(from))
        {
            effects.Add(new MembershipEffect.Dropped(MembershipDrop.NotAPeer, from));
        }
        else if (ChainFetches.IsQuery(bytes.Span))
        {
            Answer(from, bytes.Span[1..], now, effects);
        }
        else if (!TryTakeAll(from, bytes, now, effects))
        {
            effects.Add(new MembershipEffect.Dropped(MembershipDrop.Malformed, from));
        }

        Rearm(now, effects);
    }

    /// <summary>Roots, lists or CRLs changed: every chain is judged anew.</summary>
    public void HandleRulesChanged(DateTimeOffset now, List<MembershipEffect> effects)
    {
        FollowClock(now);
        foreach (var (node, chain) in _chains.Where(pair => pair.Key != _self).ToArray())
        {
            JudgeAgain(node, chain, now, effects);
        }

        effects.Add(new MembershipEffect.Changed(Snapshot, null));
        Rearm(now, effects);
    }

    /// <summary>A scheduled timer fired; a stale token does nothing.</summary>
    public void HandleTimer(long token, DateTimeOffset now, List<MembershipEffect> effects)
    {
        FollowClock(now);
        if (!_alarm.Accepts(token))
        {
            return;
        }

        _fetches.AskAgain(_peers, now, effects);
        ForgetGone(now);
        ForgetExpiries(now);
        var expired = _standings.Where(pair => pair.Key != _self && pair.Value.Verdict == MembershipVerdict.Member && pair.Value.NotAfter <= now).ToArray();
        foreach (var (node, _) in expired)
        {
            Refuse(node, Expired, effects);
            _gone[node] = now + GoneKept;
        }

        if (expired.Length > 0)
        {
            effects.Add(new MembershipEffect.Changed(Snapshot, null));
        }

        Rearm(now, effects);
    }

    private bool TryTakeAll(NodeId from, ReadOnlyMemory<byte> bytes, DateTimeOffset now, List<MembershipEffect> effects)
    {
        var reader = new WireReader(bytes);
        if (!reader.TryReadByte(out var kind) || kind != AnswerKind || !reader.TryReadUInt16(out var count) || count == 0)
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt16(out var length) || !reader.TryReadBytes(length, out var chain))
            {
                return false;
            }

            if (Take(chain, now, effects) is { } drop)
            {
                effects.Add(new MembershipEffect.Dropped(drop, from));
            }
        }

        return reader.RemainingBytes == 0;
    }

    // The hash is compared before anything is parsed: who answers cannot make us validate what we did not ask for.
    private MembershipDrop? Take(ReadOnlyMemory<byte> chain, DateTimeOffset now, List<MembershipEffect> effects)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(chain.Span, hash);
        var key = ChainHash.From(hash);
        if (!_fetches.TryEnd(key, out var fetch))
        {
            return _fetches.Count > 0 ? MembershipDrop.OtherHash : MembershipDrop.NotAsked;
        }

        var judgement = _validate(chain, now);
        if (judgement.Node is { } found && found != fetch.Node)
        {
            // Whoever named it first, it proves its own node: else a key without a certificate could keep a member
            // out by naming the member's chain before the member does.
            if (judgement.Refusal is null)
            {
                Keep(found, chain.ToArray(), judgement.NotAfter, judgement.CertificateNotAfter ?? judgement.NotAfter, effects);
            }

            return MembershipDrop.OtherNode;
        }

        if (judgement.Refusal is { } refusal || judgement.Node is null)
        {
            // A node that is a member by one chain is not refused for naming another.
            if (Snapshot.Check(fetch.Node) != MembershipVerdict.Member)
            {
                Refuse(fetch.Node, judgement.Refusal ?? "no-node", effects);
                effects.Add(new MembershipEffect.Changed(Snapshot, fetch.Node));
            }
        }
        else
        {
            Keep(fetch.Node, chain.ToArray(), judgement.NotAfter, judgement.CertificateNotAfter ?? judgement.NotAfter, effects);
        }

        return null;
    }

    private void JudgeAgain(NodeId node, ReadOnlyMemory<byte> chain, DateTimeOffset now, List<MembershipEffect> effects)
    {
        var judgement = _validate(chain, now);
        if (judgement.Node == node && judgement.Refusal is null)
        {
            _standings = _standings.SetItem(node, new MemberStanding(
                MembershipVerdict.Member, judgement.NotAfter, string.Empty, judgement.CertificateNotAfter ?? judgement.NotAfter));
            NoteExpiry(judgement.NotAfter);
        }
        else
        {
            Refuse(node, judgement.Refusal ?? "other-node", effects);
        }
    }

    // A chain that is known already and says nothing new changes nothing: links come back more often than certificates do.
    private void Keep(NodeId node, ReadOnlyMemory<byte> chain, DateTimeOffset notAfter, DateTimeOffset certificateNotAfter, List<MembershipEffect> effects)
    {
        var standing = new MemberStanding(MembershipVerdict.Member, notAfter, string.Empty, certificateNotAfter);
        var isHeld = _chains.TryGetValue(node, out var before) && before.Span.SequenceEqual(chain.Span);
        if (isHeld && _standings.TryGetValue(node, out var known) && known == standing)
        {
            return;
        }

        if (!isHeld)
        {
            if (!before.IsEmpty)
            {
                _byHash.Remove(ChainHash.From(SHA256.HashData(before.Span)));
            }

            _chains[node] = chain;
            var key = ChainHash.From(SHA256.HashData(chain.Span));
            _byHash[key] = node;
            _fetches.TryEnd(key, out _);
        }

        _standings = _standings.SetItem(node, standing);
        _gone.Remove(node);
        NoteExpiry(notAfter);
        effects.Add(new MembershipEffect.Changed(Snapshot, node));
    }

    // The chain stays: a reload of the rules may allow it again.
    private void Refuse(NodeId node, string reason, List<MembershipEffect> effects)
    {
        if (_standings.Count >= 2 * _maxChains && !_standings.ContainsKey(node))
        {
            return;
        }

        _standings = _standings.SetItem(node, new MemberStanding(
            reason == Expired ? MembershipVerdict.Expired : MembershipVerdict.Refused, default, reason, default));
        effects.Add(new MembershipEffect.Refused(node, reason));
    }
}
