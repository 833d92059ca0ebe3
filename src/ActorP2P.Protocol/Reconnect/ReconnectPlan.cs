using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Timers;

namespace ActorP2P.Protocol.Reconnect;

/// <summary>
/// When to dial whom: for ever, with decorrelated jitter (Brooker, Exponential backoff and jitter, 2015):
/// delay = min(max, random(min, multiplier x previous)). Several addresses of one member are tried one after
/// the other before it pauses. A link that stood for a while resets the delay; one that flaps does not.
/// Dials are limited in number at once and a second, so a healed partition is no storm.
/// </summary>
public sealed class ReconnectPlan
{
    private readonly ReconnectSettings _settings;
    private readonly NodeId _self;
    private readonly IRandomSource _random;
    private readonly List<ReconnectTarget> _targets = [];
    private readonly Alarm _alarm = new();
    private TokenBucket _rate;
    private DateTimeOffset _lastSeen;

    /// <summary>Makes an empty plan.</summary>
    public ReconnectPlan(ReconnectSettings settings, NodeId self, IRandomSource random, DateTimeOffset now)
    {
        _settings = settings;
        _self = self;
        _random = random;
        _lastSeen = now;
        _rate = new TokenBucket(settings.DialsPerSecond, Math.Max(1, settings.DialsPerSecond), now);
    }

    /// <summary>Dials under way.</summary>
    public int Dialling => _targets.Count(static target => target.Phase == TargetPhase.Dialling);

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
        if (expected == _self || FindByAddress(addresses[0]) is not null)
        {
            return;
        }

        // The lower ID dials first: when both start together, one link is made and not two.
        var first = expected is not null && expected < _self ? now + _settings.MinDelay : now;
        _targets.Add(new ReconnectTarget(addresses, expected) { DueAt = first });
        Pump(now, effects);
    }

    /// <summary>A dial, or the handshake after it, came to nothing.</summary>
    public void DialFailed(string address, DateTimeOffset now, List<ReconnectEffect> effects)
    {
        if (FindByAddress(address) is { Phase: TargetPhase.Dialling } target)
        {
            BackOff(target, now);
        }

        Pump(now, effects);
    }

    /// <summary>A handshake over this address has proven the node. Our own node is taken out of the plan.</summary>
    public void AddressProven(string address, NodeId node)
    {
        var target = FindByAddress(address);
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

    /// <summary>A link to the node is up, dialled by either side.</summary>
    /// <param name="node">The node.</param>
    /// <param name="address">The address that we dialled, null when the node dialled us.</param>
    /// <param name="now">The present.</param>
    /// <param name="effects">Receives what to do.</param>
    public void LinkUp(NodeId node, string? address, DateTimeOffset now, List<ReconnectEffect> effects)
    {
        if (address is not null)
        {
            AddressProven(address, node);
        }

        foreach (var target in _targets)
        {
            if (target.Node == node && target.Phase != TargetPhase.Up)
            {
                target.Phase = TargetPhase.Up;
                target.UpSince = now;
            }
        }

        Pump(now, effects);
    }

    /// <summary>The link to the node is gone.</summary>
    public void LinkDown(NodeId node, DateTimeOffset now, List<ReconnectEffect> effects)
    {
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

    private ReconnectTarget? FindByAddress(string address) =>
        _targets.Find(target => target.Addresses.Contains(address, StringComparer.OrdinalIgnoreCase));

    private void BackOff(ReconnectTarget target, DateTimeOffset now)
    {
        if (target.RoundDone)
        {
            Pause(target, now);
            return;
        }

        target.Phase = TargetPhase.Waiting;
        target.DueAt = now;
    }

    private void Pause(ReconnectTarget target, DateTimeOffset now)
    {
        var least = _settings.MinDelay;
        var most = target.LastDelay > least ? target.LastDelay * _settings.Multiplier : least * _settings.Multiplier;
        var delay = least + ((most - least) * _random.NextDouble());
        target.LastDelay = delay < _settings.MaxDelay ? delay : _settings.MaxDelay;
        target.Phase = TargetPhase.Waiting;
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
            target.DueAt = Earlier(target.DueAt, back);
            target.GiveUpAt = Earlier(target.GiveUpAt, back);
            target.UpSince = Earlier(target.UpSince, back);
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset time, TimeSpan back) =>
        time - DateTimeOffset.MinValue > back ? time - back : DateTimeOffset.MinValue;

    private void Pump(DateTimeOffset now, List<ReconnectEffect> effects)
    {
        FollowClockBack(now);
        foreach (var target in _targets)
        {
            if (target.Phase == TargetPhase.Dialling && target.GiveUpAt <= now)
            {
                BackOff(target, now);
            }
        }

        var dialling = Dialling;
        foreach (var target in _targets.Where(target => target.Phase == TargetPhase.Waiting && target.DueAt <= now).OrderBy(static target => target.DueAt).ToArray())
        {
            if (dialling >= _settings.MaxConcurrentDials || !_rate.TryTake(1, now))
            {
                break;
            }

            dialling++;
            target.Phase = TargetPhase.Dialling;

            // The dial and its handshake each have a timeout of their own; this one only catches what was never reported.
            target.GiveUpAt = now + (_settings.DialTimeout * 3);
            effects.Add(new ReconnectEffect.Dial(target.NextAddress(), target.Expected));
        }

        Rearm(dialling, now, effects);
    }

    private void Rearm(int dialling, DateTimeOffset now, List<ReconnectEffect> effects)
    {
        var at = DateTimeOffset.MaxValue;
        foreach (var target in _targets)
        {
            var next = target.Phase switch
            {
                TargetPhase.Dialling => target.GiveUpAt,
                TargetPhase.Waiting when target.DueAt > now => target.DueAt,
                TargetPhase.Waiting when dialling < _settings.MaxConcurrentDials => now + _rate.UntilOne(now),
                _ => DateTimeOffset.MaxValue,
            };
            at = next < at ? next : at;
        }

        if (at < DateTimeOffset.MaxValue && _alarm.TryArm(at, now, out var token, out var delay))
        {
            effects.Add(new ReconnectEffect.Schedule(token, delay));
        }
    }
}
