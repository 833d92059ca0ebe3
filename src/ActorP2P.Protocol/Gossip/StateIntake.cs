using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Gossip;

/// <summary>Judges received states and puts them in force; holds those whose owners are not known yet.</summary>
internal sealed class StateIntake(
    StateSyncSettings settings,
    StateLimits limits,
    StateScope scope,
    IdentityCurve curve,
    NodeId self,
    OwnState own,
    StateTable table,
    QueryLedger queries,
    IMembership membership)
{
    // Changes of one owner that are applied at once; beyond it one for each debounce of the owner.
    private const int ChangeBurst = 10;

    // Held states are few and short-lived: their certificates are asked for at once.
    private const int HeldAnswers = 16;

    private readonly HeldStates _held = new(settings.MaxOrigins, (long)settings.MaxAnswerBytes * HeldAnswers);
    private readonly ChangeAllowance _changes = new(settings.PushDebounce, ChangeBurst);

    private IMembership Membership { get; set; } = membership;

    /// <summary>What is in force or held of an owner; zeros for nothing.</summary>
    internal StateVersion VersionOf(ulong reference) =>
        table.TryGet(reference, out var entry) ? entry.Version : _held.VersionOf(reference) ?? new StateVersion(reference, 0, 0, 0);

    /// <summary>Purges refused owners and judges what was held. What came into force is returned.</summary>
    internal List<SignedState> Use(IMembership verdicts, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        Membership = verdicts;
        foreach (var entry in table.Entries.Where(entry => entry.Node != self && verdicts.Check(entry.Node) == MembershipVerdict.Refused).ToArray())
        {
            table.Remove(entry.Node);
            if (entry.Body is { } body)
            {
                effects.Add(new StateSyncEffect.Expired(entry.Node, body));
            }
        }

        var news = new List<SignedState>();
        foreach (var (state, body, from, verdict) in _held.TakeJudged(verdicts))
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
            if (entry.Body is { } body && entry.Node != self && now - entry.ReceivedAt >= settings.ExpireAfter)
            {
                entry.Bury();
                effects.Add(new StateSyncEffect.Expired(entry.Node, body));
            }
        }

        _held.Forget(now);
        _changes.Forget(now);
    }

    /// <summary>Cheap checks first, then one signature, then membership. The body of a state that may be applied, or null.</summary>
    internal StateBody? Judge(NodeId from, SignedState state, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        var drop = state.Node == self ? null : CheapDrop(state, now);
        if (drop is null && (Membership.Check(state.Node) == MembershipVerdict.Refused))
        {
            drop = StateSyncDrop.RefusedMember;
        }

        if (drop is null && !state.Verify(curve))
        {
            drop = StateSyncDrop.BadSignature;
        }

        StateBody? body = null;
        if (drop is null && !TryDecode(state.Body, out body))
        {
            drop = StateSyncDrop.MalformedBody;
        }

        if (drop is not null || body is null)
        {
            effects.Add(new StateSyncEffect.Dropped(drop ?? StateSyncDrop.MalformedBody, from));
            return null;
        }

        queries.Answered(state.Node.Reference);
        if (state.Node == self)
        {
            HandleOwn(state, from, effects);
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

    private StateSyncDrop? CheapDrop(SignedState state, DateTimeOffset now)
    {
        if (!table.TryGet(state.Node, out var held))
        {
            return table.Count >= settings.MaxOrigins ? StateSyncDrop.TooManyOrigins : null;
        }

        var version = new StateVersion(state.Node.Reference, state.Epoch, state.Seq, state.Fingerprint);
        return version == held.Version ? StateSyncDrop.Duplicate
            : !version.IsNewsTo(held.Version) ? StateSyncDrop.Older
            : !_changes.MayChange(state.Node, now) ? StateSyncDrop.TooFrequent
            : null;
    }

    internal bool TryApply(SignedState state, StateBody body, NodeId from, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (table.TryGet(state.Node, out var held))
        {
            var version = new StateVersion(state.Node.Reference, state.Epoch, state.Seq, state.Fingerprint);
            if (!version.IsNewsTo(held.Version))
            {
                effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.Older, from));
                return false;
            }

            if (held.Epoch == state.Epoch && held.Seq == state.Seq && !WinsOver(state, held, effects))
            {
                return false;
            }
        }
        else if (table.Count >= settings.MaxOrigins)
        {
            effects.Add(new StateSyncEffect.Dropped(StateSyncDrop.TooManyOrigins, from));
            return false;
        }

        _changes.Changed(state.Node, now);
        table.Set(new StateEntry(state, body, now));
        effects.Add(new StateSyncEffect.Applied(state.Node, state.Epoch, state.Seq, held?.Body, body));
        return true;
    }

    private static bool WinsOver(SignedState state, StateEntry held, List<StateSyncEffect> effects)
    {
        if (held.Signed is not { } kept)
        {
            return false;
        }

        var wins = state.ContentHash.SequenceCompareTo(kept.ContentHash) < 0;
        effects.Add(wins
            ? new StateSyncEffect.Equivocation(state.Node, state, kept)
            : new StateSyncEffect.Equivocation(state.Node, kept, state));
        return wins;
    }

    private void HandleOwn(SignedState state, NodeId from, List<StateSyncEffect> effects)
    {
        if (state.Epoch > own.Epoch)
        {
            effects.Add(new StateSyncEffect.EpochExceeded(state.Epoch, state));
            return;
        }

        var isOurs = state.Epoch < own.Epoch
            || state.Seq < own.Seq
            || (table.TryGet(self, out var published) && published.Version.Fingerprint == state.Fingerprint);
        effects.Add(isOurs
            ? new StateSyncEffect.Dropped(StateSyncDrop.Own, from)
            : new StateSyncEffect.DuplicateIdentity(state));
    }

    private bool TryDecode(ReadOnlyMemory<byte> bytes, out StateBody? body)
    {
        var decoded = scope.Context == SignatureContext.LinkState
            ? LinkStateBody.TryDecode(bytes, limits, out var link) ? (StateBody)link : null
            : NamespaceStateBody.TryDecode(bytes, limits, out var state) ? state : null;
        body = decoded;
        return decoded is not null;
    }
}
