using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Timers;

namespace ActorP2P.Protocol.Reconnect;

/// <summary>
/// When to dial whom: for ever, with decorrelated jitter (Brooker, Exponential backoff and jitter, 2015):
/// delay = min(max, random(min, multiplier x previous)). Several addresses of one member are tried in one round, each
/// when the one before has failed or has had a head start (RFC 8305, 5). A link that stood for a while resets the delay;
/// one that flaps does not. Dials are limited in number at once and a second, so a healed partition is no storm. Members
/// that are only discovered come after the configured ones, and only while there are fewer links than wanted. Where one of
/// the two does not trust the other, dialling often changes nothing: such a member is dialled as seldom as a discovered one.
/// </summary>
public sealed class ReconnectPlan
{
    /// <summary>Refusals in a row after which a member is dialled seldom; our guess: fewer happen while lists are renewed one node after the other.</summary>
    public const int RefusalsBeforeBackOff = 3;

    private readonly ReconnectSettings _settings;
    private readonly DiscoverySettings _discovery;
    private readonly NodeId _self;
    private readonly IRandomSource _random;
    private readonly List<ReconnectTarget> _targets = [];
    private readonly HashSet<NodeId> _linked = [];
    private readonly Alarm _alarm = new();
    private TokenBucket _rate;
    private DateTimeOffset _lastSeen;

    /// <summary>Makes an empty plan.</summary>
    public ReconnectPlan(ReconnectSettings settings, DiscoverySettings discovery, NodeId self, IRandomSource random, DateTimeOffset now)
    {
        _settings = settings;
        _discovery = discovery;
        _self = self;
        _random = random;
        _lastSeen = now;
        _rate = new TokenBucket(settings.DialsPerSecond, Math.Max(1, settings.DialsPerSecond), now);
    }

    /// <summary>Dials under way.</summary>
    public int Dialling => _targets.Sum(static target => target.DialsInFlight);

    /// <summary>Members in the plan.</summary>
    public int Count => _targets.Count;

    /// <summary>Adds a member. A member whose first address is in the plan already is not added again, nor is this node itself.</summary>
    /// <param name="addresses">host:port, at least one.</param>
    /// <param name="expected">Who must answer; null when any member may.</param>
    /// <param name="now">The present.</param>
    /// <param name="effects">Receives what to do.</param>
    public void AddMember(IReadOnlyList<string> addresses, NodeId? expected, DateTimeOffset now, List<ReconnectEffect> effects)
    {
        ArgumentOutOfRangeException.ThrowIfZero(addresses.Count);
        if (expected != _self && !_targets.Exists(target => !target.IsDiscovered && Names(target, addresses[0])))
        {
            Add(new ReconnectTarget(addresses, expected, isDiscovered: false), now);
        }

        Pump(now, effects);
    }

    /// <summary>
    /// The members known from signed link states or a directory, all of them each time. Those that are configured, or of whom a
    /// configured address has proven to be, stay as they are; those that are no longer named are dialled no more.
    /// </summary>
    public void UseDiscovered(IReadOnlyList<DiscoveredMember> members, DateTimeOffset now, List<ReconnectEffect> effects)
    {
        var named = members.Take(_discovery.MaxMembers).Where(member => member.Node != _self && member.Addresses.Count > 0).ToDictionary(static member => member.Node);
        _targets.RemoveAll(target => target.IsDiscovered && target.DialsInFlight == 0 && !named.ContainsKey(target.Expected!));
        foreach (var (node, member) in named)
        {
            var addresses = member.Addresses.Take(_discovery.MaxAddresses).ToArray();
            if (_targets.Find(target => target.Node == node) is not { } known)
            {
                Add(new ReconnectTarget(addresses, node, isDiscovered: true), now);
            }
            else if (known is { IsDiscovered: true, Phase: not TargetPhase.Dialling })
            {
                known.Addresses = addresses;
            }
        }

        Pump(now, effects);
    }

    /// <summary>A dial, or the handshake after it, came to nothing.</summary>
    /// <param name="address">The address.</param>
    /// <param name="now">The present.</param>
    /// <param name="effects">Receives what to do.</param>
    /// <param name="isRefusal">True when one of the two does not trust the other.</param>
    public void DialFailed(string address, DateTimeOffset now, List<ReconnectEffect> effects, bool isRefusal = false)
    {
        if (_targets.Find(target => target.IsDialling(address)) is { } target)
        {
            target.EndDial(address);
            Note(target, isRefusal, effects);
            Continue(target, now);
        }

        Pump(now, effects);
    }

    /// <summary>A handshake over this address has proven the node. Our own node is taken out of the plan.</summary>
    public void AddressProven(string address, NodeId node)
    {
        var target = _targets.Find(target => target.IsDialling(address)) ?? _targets.Find(target => Names(target, address));
        if (target is null)
        {
            return;
        }

        if (node == _self)
        {
            _targets.Remove(target);
            return;
        }

        target.Node = node;
    }

    /// <summary>A node says that it changes its key: where its ID is expected, either may answer.</summary>
    public void Announce(NodeId predecessor, NodeId successor)
    {
        foreach (var target in _targets.Where(target => target.Expected == predecessor))
        {
            target.Announced = successor;
        }
    }

    /// <summary>A node changed its key: where its former ID was expected, or had answered, it is its new one from now on.</summary>
    public void Succeed(NodeId predecessor, NodeId successor, DateTimeOffset now)
    {
        foreach (var target in _targets)
        {
            if (target.Expected == predecessor)
            {
                (target.Expected, target.Announced) = (successor, null);
            }

            if (target.Node != predecessor || target.Phase == TargetPhase.Up)
            {
                continue;
            }

            target.Node = successor;
            if (_linked.Contains(successor))
            {
                target.EndRound(TargetPhase.Up);
                target.UpSince = now;
            }
        }
    }

    /// <summary>A link to the node is up, dialled by either side.</summary>
    /// <param name="node">The node.</param>
    /// <param name="address">The address that we dialled, null when the node dialled us.</param>
    /// <param name="now">The present.</param>
    /// <param name="effects">Receives what to do.</param>
    public void LinkUp(NodeId node, string? address, DateTimeOffset now, List<ReconnectEffect> effects)
    {
        _linked.Add(node);
        if (address is not null)
        {
            AddressProven(address, node);
        }

        foreach (var target in _targets)
        {
            if (target.Node == node && target.Phase != TargetPhase.Up)
            {
                target.EndRound(TargetPhase.Up);
                target.UpSince = now;
                target.Refusals = 0;
            }
        }

        Pump(now, effects);
    }

    /// <summary>What this node shows or trusts is another: who refused it, or was refused, is dialled soon and as often as others.</summary>
    public void ForgetRefusals(DateTimeOffset now, List<ReconnectEffect> effects)
    {
        foreach (var target in _targets.Where(static target => target.Refusals > 0))
        {
            (target.Refusals, target.LastDelay) = (0, TimeSpan.Zero);
            if (target.Phase == TargetPhase.Waiting && target.DueAt > now + _settings.MinDelay)
            {
                target.DueAt = now + _settings.MinDelay;
            }
        }

        Pump(now, effects);
    }

    /// <summary>The link to the node is gone.</summary>
    public void LinkDown(NodeId node, DateTimeOffset now, List<ReconnectEffect> effects)
    {
        _linked.Remove(node);
        foreach (var target in _targets)
        {
            if (target.Node == node && target.Phase == TargetPhase.Up)
            {
                if (now - target.UpSince >= _settings.StableAfter)
                {
                    target.LastDelay = TimeSpan.Zero;
                }

                Pause(target, now);
            }
        }

        Pump(now, effects);
    }

    /// <summary>A scheduled timer fired; a stale token does nothing.</summary>
    public void HandleTimer(long token, DateTimeOffset now, List<ReconnectEffect> effects)
    {
        if (_alarm.Accepts(token))
        {
            Pump(now, effects);
        }
    }

    private static bool Names(ReconnectTarget target, string address) => target.Addresses.Contains(address, StringComparer.OrdinalIgnoreCase);

    private void Add(ReconnectTarget target, DateTimeOffset now)
    {
        // The lower ID dials first: when both start together, one link is made and not two.
        target.DueAt = target.Expected is { } expected && expected < _self ? now + _settings.MinDelay : now;
        if (target.Expected is { } node && _linked.Contains(node))
        {
            target.EndRound(TargetPhase.Up);
            target.UpSince = now;
        }

        _targets.Add(target);
    }

    private TimeSpan LongestOfRefused => _discovery.MaxDelay > _settings.MaxDelay ? _discovery.MaxDelay : _settings.MaxDelay;

    private void Note(ReconnectTarget target, bool isRefusal, List<ReconnectEffect> effects)
    {
        target.Refusals = isRefusal ? target.Refusals < RefusalsBeforeBackOff ? target.Refusals + 1 : RefusalsBeforeBackOff + 1 : 0;
        if (target.Refusals == RefusalsBeforeBackOff && !target.IsDiscovered)
        {
            effects.Add(new ReconnectEffect.BackedOff(target.Addresses[0], LongestOfRefused));
        }
    }

    // The next address at once, for the one before has failed; a pause when every one has.
    private void Continue(ReconnectTarget target, DateTimeOffset now)
    {
        if (target.Phase != TargetPhase.Dialling)
        {
            return;
        }

        if (target.HasUntried)
        {
            target.DueAt = now;
        }
        else if (target.DialsInFlight == 0)
        {
            Pause(target, now);
        }
    }

    private void Pause(ReconnectTarget target, DateTimeOffset now)
    {
        var least = _settings.MinDelay;
        var most = target.LastDelay > least ? target.LastDelay * _settings.Multiplier : least * _settings.Multiplier;
        var delay = least + ((most - least) * _random.NextDouble());
        var longest = target.IsDiscovered ? _discovery.MaxDelay : target.Refusals >= RefusalsBeforeBackOff ? LongestOfRefused : _settings.MaxDelay;
        target.LastDelay = delay < longest ? delay : longest;
        target.EndRound(TargetPhase.Waiting);
        target.DueAt = now + target.LastDelay;
    }

    // A clock that was two years ahead and is put right must not leave members undialled for two years.
    private void FollowClockBack(DateTimeOffset now)
    {
        var back = _lastSeen - now;
        _lastSeen = now;
        if (back <= TimeSpan.Zero)
        {
            return;
        }

        foreach (var target in _targets)
        {
            target.FollowClockBack(back);
        }
    }

    private void Pump(DateTimeOffset now, List<ReconnectEffect> effects)
    {
        FollowClockBack(now);
        foreach (var target in _targets)
        {
            if (target.EndDialsGivenUp(now))
            {
                Continue(target, now);
            }
        }

        var dialling = Dialling;
        foreach (var target in _targets.Where(target => IsDue(target, now)).OrderBy(static target => target.IsDiscovered).ThenBy(static target => target.DueAt).ToArray())
        {
            if (dialling >= _settings.MaxConcurrentDials)
            {
                break;
            }

            if (!MayDial(target))
            {
                continue;
            }

            if (!_rate.TryTake(1, now))
            {
                break;
            }

            dialling++;
            Dial(target, now, effects);
        }

        Rearm(dialling, now, effects);
    }

    private static bool IsDue(ReconnectTarget target, DateTimeOffset now) =>
        target.DueAt <= now && (target.Phase == TargetPhase.Waiting || (target.Phase == TargetPhase.Dialling && target.HasUntried));

    // An address is dialled once at a time, or nobody could tell whose dial failed: two members may claim the same one.
    private bool MayDial(ReconnectTarget target)
    {
        if (target.Phase == TargetPhase.Waiting && target.IsDiscovered && _linked.Count + DiscoveredRounds() >= _discovery.TargetLinks)
        {
            return false;
        }

        var address = target.Phase == TargetPhase.Waiting ? target.Addresses[0] : target.NextAddress;
        return !_targets.Exists(other => other.IsDialling(address));
    }

    private int DiscoveredRounds() => _targets.Count(static target => target is { IsDiscovered: true, Phase: TargetPhase.Dialling });

    private void Dial(ReconnectTarget target, DateTimeOffset now, List<ReconnectEffect> effects)
    {
        if (target.Phase == TargetPhase.Waiting)
        {
            target.BeginRound();
        }

        // The dial and its handshake each have a timeout of their own; this one only catches what was never reported.
        var address = target.TakeAddress(now + (_settings.DialTimeout * 3));
        target.DueAt = now + _settings.AddressStagger;
        effects.Add(new ReconnectEffect.Dial(address, target.TakeExpected(), target.IsDiscovered));
    }

    private void Rearm(int dialling, DateTimeOffset now, List<ReconnectEffect> effects)
    {
        var at = DateTimeOffset.MaxValue;
        foreach (var target in _targets)
        {
            var next = target.GiveUpAt;
            if (target.Phase == TargetPhase.Waiting || (target.Phase == TargetPhase.Dialling && target.HasUntried))
            {
                var due = target.DueAt > now ? target.DueAt
                    : dialling < _settings.MaxConcurrentDials && MayDial(target) ? now + _rate.UntilOne(now)
                    : DateTimeOffset.MaxValue;
                next = due < next ? due : next;
            }

            at = next < at ? next : at;
        }

        if (at < DateTimeOffset.MaxValue && _alarm.TryArm(at, now, out var token, out var delay))
        {
            effects.Add(new ReconnectEffect.Schedule(token, delay));
        }
    }
}
