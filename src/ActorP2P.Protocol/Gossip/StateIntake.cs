using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Gossip;

/// <summary>Judges received states and puts them in force; holds those whose owners are not known yet.</summary>
internal sealed class StateIntake(
    StateSyncSettings settings,
    StateLimits limits,
    StateScope scope,
    IdentityCurve curve,
    NodeId self,
    OwnStates own,
    StateTable table,
    QueryLedger queries,
    IMembership membership)
{
    // Changes of one owner that are applied at once, for those that waited on the way; beyond it one an interval.
    private const int ChangeBurst = 10;

    // Held states are few and short-lived: their certificates are asked for at once.
    private const int HeldAnswers = 32;

    private readonly HeldStates _held = new(scope, settings.MaxOrigins, (long)settings.MaxAnswerBytes * HeldAnswers, settings.HeldFor);
    private readonly SignaturePatience _patience = new();
    private readonly ChangeAllowance _changes = new(settings.MinChangeInterval, ChangeBurst);

    private IMembership Membership { get; set; } = membership;

    /// <summary>Whose states are our own.</summary>
    internal NodeId Self { get; set; } = self;

    /// <summary>
    /// What to tell a holder that we hold of an announced state's owner, when it is to be asked for: our version, and
    /// zeros when a second content under one seq is wanted as evidence. Null when it is not.
    /// </summary>
    internal StateVersion? Want(StateVersion announced, DateTimeOffset now)
    {
        var nothing = new StateVersion(announced.Section, announced.Reference, 0, 0, 0);
        var isKnown = table.TryGet(announced.Key, out var entry);
        var held = isKnown ? entry!.Version : _held.VersionOf(announced.Key) ?? nothing;
        var isEvidence = isKnown && IsEvidence(announced, entry!);
        return !isEvidence && !announced.IsNewsTo(held) ? null
            : table.IsOver(announced) || !_changes.MayChange(announced.Key, now) ? null
            : isEvidence ? nothing
            : held;
    }

    /// <summary>Purges refused owners and judges what was held; of one owner when it is said whose verdict changed. What came into force is returned.</summary>
    internal List<SignedState> Use(IMembership verdicts, NodeId? only, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        Membership = verdicts;
        // Verdicts come with every view and are seldom a refusal: looked for before anything is copied.
        var refused = default(List<StateEntry>);
        if (only is null)
        {
            foreach (var entry in table.Entries)
            {
                if (IsOut(entry, verdicts))
                {
                    (refused ??= []).Add(entry);
                }
            }
        }
        else
        {
            foreach (var section in scope.Sections)
            {
                if (table.TryGet(only, section, out var changed) && IsOut(changed, verdicts))
                {
                    (refused ??= []).Add(changed);
                }
            }
        }

        foreach (var entry in refused ?? [])
        {
            Remove(entry, effects);
        }

        var news = new List<SignedState>();
        foreach (var (state, body, from, verdict) in _held.TakeJudged(verdicts, only))
        {
            if (verdict == MembershipVerdict.Refused)
            {
                effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.RefusedMember, from));
            }
            else if (TryApply(state, body, from, now, effects))
            {
                news.Add(state);
            }
        }

        return news;
    }

    /// <summary>Buries what was not renewed in time. The version stays, so that nothing older comes back.</summary>
    internal void Expire(DateTimeOffset now, List<StateSyncEffect> effects)
    {
        foreach (var entry in table.Entries)
        {
            if (entry.Body is { } body && entry.Node != Self && now - entry.ReceivedAt >= settings.ExpireAfter)
            {
                table.Bury(entry);
                effects.Add(new StateSyncEffect.Expired(entry.Node, body));
            }
        }

        foreach (var retired in table.Entries.Where(entry => entry.RetiredUntil <= now).ToArray())
        {
            table.Remove(retired.Node, retired.Section);
        }

        _held.Forget(now);
        _changes.Forget(now);
        _patience.Forget(now);
    }

    /// <summary>Cheap checks first, then one signature, then membership. The body of a state that may be applied, or null.</summary>
    internal StateBody? Judge(NodeId from, SignedState state, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        var drop = state.Node == Self ? CheapOwnDrop(state) : CheapDrop(state, now);
        if (drop is null && (Membership.Check(state.Node) == MembershipVerdict.Refused))
        {
            drop = StateSyncDrop.RefusedMember;
        }

        if (drop is null && !_patience.IsLeft(from, now))
        {
            drop = StateSyncDrop.TooManyBadSignatures;
        }

        if (drop is null && !state.Verify(curve))
        {
            _patience.Lose(from, now);
            drop = StateSyncDrop.BadSignature;
        }

        StateBody? body = null;
        if (drop is null && !TryDecode(state.Body, out body))
        {
            // Nobody but a liar passes it on, and as nothing of it is kept the same bytes would cost a signature check each time.
            _patience.Lose(from, now);
            drop = StateSyncDrop.MalformedBody;
        }

        if (drop is not null || body is null)
        {
            effects.Add(new StateSyncEffect.Dropped(drop ?? StateSyncDrop.MalformedBody, from));
            return null;
        }

        queries.Answered(state.Version.Key);
        if (state.Node == Self)
        {
            HandleOwn(state, effects);
            return null;
        }

        if (Membership.Check(state.Node) == MembershipVerdict.Member)
        {
            return body;
        }

        effects.Add(_held.TryHold(state, body, from, now)
            ? new StateSyncEffect.MembershipNeeded(state.Node, body, from)
            : new StateSyncEffect.Dropped(StateSyncDrop.TooManyHeld, from));
        return null;
    }

    private bool IsOut(StateEntry entry, IMembership verdicts) =>
        entry.Node != Self && verdicts.Check(entry.Node) is MembershipVerdict.Refused or MembershipVerdict.Expired;

    /// <summary>True when another owner's state is in force byte for byte.</summary>
    internal bool IsHeld(StateEntry entry, StateOnWire read) => entry.Node != Self && entry.Signed?.IsThis(read) == true;

    private StateSyncDrop? CheapDrop(SignedState state, DateTimeOffset now)
    {
        var version = state.Version;
        if (!table.TryGet(state.Node, version.Section, out var held))
        {
            return table.IsOver(version) ? StateSyncDrop.Older
                : table.CountOf(version.Section) >= settings.MaxOrigins ? StateSyncDrop.TooManyOrigins
                : null;
        }

        return version == held.Version ? StateSyncDrop.Duplicate
            : !version.IsNewsTo(held.Version) && !IsEvidence(version, held) ? StateSyncDrop.Older
            : table.IsOver(version) ? StateSyncDrop.Older
            : !_changes.MayChange(version.Key, now) ? StateSyncDrop.TooFrequent
            : null;
    }

    // What we signed, or what was reported already, costs no signature check.
    private StateSyncDrop? CheapOwnDrop(SignedState state)
    {
        var isOurs = state.Epoch < own.Epoch
            || (state.Epoch == own.Epoch && state.Seq < own[state.Section].Seq)
            || (table.TryGet(Self, state.Section, out var published) && published.Version == state.Version);
        return isOurs || (state.Epoch, state.Seq).CompareTo(own[state.Section].Reported) <= 0 ? StateSyncDrop.Own : null;
    }

    private static bool IsEvidence(StateVersion version, StateEntry held) =>
        version.Contradicts(held.Version) && held is { IsEquivocated: false, Signed: not null };

    internal bool TryApply(SignedState state, StateBody body, NodeId from, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (!table.TryGet(state.Node, state.Section, out var held))
        {
            if (table.CountOf(state.Section) >= settings.MaxOrigins)
            {
                effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.TooManyOrigins, from));
                return false;
            }
        }
        else if (IsEvidence(state.Version, held))
        {
            _changes.Changed(state.Version.Key, now);
            RaiseEquivocation(state, held, effects);
        }

        if ((held is not null && !state.Version.IsNewsTo(held.Version)) || table.IsOver(state.Version))
        {
            effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.Older, from));
            return false;
        }

        _changes.Changed(state.Version.Key, now);
        var isEquivocated = held is { IsEquivocated: true } && state.Version.Contradicts(held.Version);
        table.Set(new StateEntry(state, body, now) { IsEquivocated = isEquivocated });
        effects.Add(new StateSyncEffect.Applied(state.Node, state.Epoch, state.Seq, held?.Body, body));
        EndFormerRun(state.Node, effects);
        return true;
    }

    // A run that never sets a section does not say so: its first section alone ends what an earlier run had set.
    private void EndFormerRun(NodeId node, List<StateSyncEffect> effects)
    {
        foreach (var section in scope.Sections)
        {
            if (table.TryGet(node, section, out var entry) && table.IsOver(entry.Version))
            {
                Remove(entry, effects);
            }
        }
    }

    private void Remove(StateEntry entry, List<StateSyncEffect> effects)
    {
        table.Remove(entry.Node, entry.Section);
        if (entry.Body is { } body)
        {
            effects.Add(new StateSyncEffect.Expired(entry.Node, body));
        }
    }

    private static void RaiseEquivocation(SignedState state, StateEntry held, List<StateSyncEffect> effects)
    {
        held.IsEquivocated = true;
        var kept = held.Signed!;
        effects.Add(state.Version.IsNewsTo(held.Version)
            ? new StateSyncEffect.Equivocation(state.Node, state, kept)
            : new StateSyncEffect.Equivocation(state.Node, kept, state));
    }

    private void HandleOwn(SignedState state, List<StateSyncEffect> effects)
    {
        own[state.Section].Reported = (state.Epoch, state.Seq);
        effects.Add(state.Epoch > own.Epoch
            ? new StateSyncEffect.EpochExceeded(state)
            : new StateSyncEffect.DuplicateIdentity(state));
    }

    private bool TryDecode(ReadOnlyMemory<byte> bytes, out StateBody? body)
    {
        body = (StateSection)bytes.Span[0] switch
        {
            StateSection.LinkState => LinkStateBody.TryDecode(bytes, limits, out var links) ? links : null,
            StateSection.Interests => InterestsBody.TryDecode(bytes, limits, out var interests) ? interests : null,
            StateSection.Status => StatusBody.TryDecode(bytes, limits, out var status) ? status : null,
            _ => null,
        };
        return body is not null;
    }
}
