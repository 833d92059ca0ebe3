using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Reconnect;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>
/// The dialling side of the physical layer: keeps dialling the configured members for ever, with back-off, until a
/// link to each is up, whoever dialled it; and, as <c>discovery.mode</c> says, members known from
/// their link states or from a directory.
/// </summary>
/// <remarks>
/// It has no children. Hypernet restarts it after a failure and tells it the links that are up. Dials under way report
/// to the restarted client; the worst that is lost is a back-off's memory.
/// </remarks>
public sealed partial class HypernetClient : ReceiveActor, IWithTimers
{
    private readonly NodeEnvironment _environment;
    private ReconnectPlan _plan;
    private readonly AddressPolicy _policy;
    private readonly HashSet<NodeId> _linked = [];
    private readonly Dictionary<string, NodeId> _expected = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ReconnectEffect> _effects = [];
    private HashSet<string> _refused = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();

    /// <summary>Creates the client; it dials from its start on.</summary>
    public HypernetClient(NodeEnvironment environment)
    {
        _environment = environment;
        _plan = NewPlan();
        _policy = new AddressPolicy(environment.Settings.Discovery);
        Receive<LinkUp>(HandleLinkUp);
        Receive<LinkDown>(HandleLinkDown);
        Receive<AttemptFailed>(failed => Fail(failed.Address, failed.Reason));
        Receive<TrustChanged>(_ =>
        {
            _plan.ForgetRefusals(Now, _effects);
            Perform();
        });
        Receive<AddressProven>(HandleAddressProven);
        Receive<UseDiscovered>(HandleDiscovered);
        Receive<NodeSucceeded>(succeeded =>
        {
            if (succeeded.IsInForce)
            {
                _plan.Succeed(succeeded.Predecessor, succeeded.Successor, Now);
            }
            else
            {
                _plan.Announce(succeeded.Predecessor, succeeded.Successor);
            }
        });
        Receive<UseIdentity>(_ =>
        {
            _plan = NewPlan();
            _linked.Clear();
            AddConfigured();
        });
        Receive<Dialled>(dialled => Context.Parent.Tell(
            new Hypernet.ConnectionReady(dialled.Connection, WeDialled: true, dialled.Address, _expected.GetValueOrDefault(dialled.Address))));
        Receive<DialFailed>(HandleDialFailed);
        Receive<PlanTimer>(timer =>
        {
            _plan.HandleTimer(timer.Token, Now, _effects);
            Perform();
        });
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => _environment.Steady.Now;

    /// <inheritdoc />
    protected override void PreStart()
    {
        Context.Parent.Tell(Hypernet.PartStarted.Instance);
        AddConfigured();
    }

    private ReconnectPlan NewPlan() =>
        new(_environment.Settings.Reconnect, _environment.Settings.Discovery, _environment.Trust.Identity.Id, _environment.Random, Now);

    private void AddConfigured()
    {
        foreach (var member in _environment.Settings.Network.Peers.GroupBy(peer => peer.NodeIdHex?.ToLowerInvariant() ?? peer.Address))
        {
            Add(member.Select(peer => peer.Address).ToList(), member.First().NodeIdHex);
        }

        Perform();
    }

    private void Add(IReadOnlyList<string> addresses, string? nodeIdHex)
    {
        NodeId? expected = null;
        if (nodeIdHex is not null && !NodeId.TryParse(nodeIdHex, out expected))
        {
            throw new ArgumentException($"actorp2p.network.peers names '{nodeIdHex}', which is no node ID.");
        }

        // The configuration may still name a former ID.
        _plan.AddMember(addresses, expected is null ? null : _environment.Successions.Resolve(expected, _environment.Time.GetUtcNow()), Now, _effects);
    }

    private void HandleLinkUp(LinkUp up)
    {
        _linked.Add(up.Node);
        _plan.LinkUp(up.Node, up.WeDialled ? up.Address : null, Now, _effects);
        Perform();
    }

    private void HandleLinkDown(LinkDown down)
    {
        _linked.Remove(down.Node);
        _plan.LinkDown(down.Node, Now, _effects);
        Perform();
    }

    private void HandleAddressProven(AddressProven proven)
    {
        _plan.AddressProven(proven.Address, proven.Node);
        if (_linked.Contains(proven.Node))
        {
            // Until now nobody knew that this address is of a node that is linked already.
            _plan.LinkUp(proven.Node, proven.Address, Now, _effects);
        }

        Perform();
    }

    private void HandleDiscovered(UseDiscovered discovered)
    {
        var members = new List<DiscoveredMember>();
        var refused = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (node, claimed) in discovered.Members)
        {
            var addresses = claimed.Where(_policy.Accepts).ToList();
            refused.UnionWith(claimed.Except(addresses));
            if (addresses.Count > 0)
            {
                members.Add(new DiscoveredMember(node, addresses));
            }
        }

        // Once for each, though the same claim comes with every change of anybody else's.
        foreach (var address in refused.Except(_refused, StringComparer.OrdinalIgnoreCase))
        {
            _environment.Counters.Add("discovery.refused-address");
            _log.Warning("{0} is not dialled: discovery.allow and discovery.names do not permit it", address);
        }

        _refused = refused;

        var chosen = DiscoveredMember.Choose(_environment.Trust.Identity.Id, members, _environment.Settings.Discovery.MaxMembers);
        _plan.UseDiscovered(chosen, Now, _effects);
        Perform();
    }

    private void HandleDialFailed(DialFailed failed)
    {
        var reason = ReasonName.Of(failed.Failure.Reason);
        _environment.Counters.Add("dial.failed." + reason);
        _log.Debug("dial to {0} failed: {1} ({2})", failed.Address, reason, failed.Failure.Detail);
        if (failed.Failure.Reason is TransportFailureReason.TlsRefused or TransportFailureReason.NoChannelBinding)
        {
            Context.Parent.Tell(new Hypernet.Rejected(failed.Address, reason, failed.Failure.Detail));
        }

        Fail(failed.Address, reason);
    }

    private void Fail(string address, string reason)
    {
        _plan.DialFailed(address, Now, _effects, TrustReasons.Contains(reason));
        Perform(reason);
    }

    private void TellBackedOff(ReconnectEffect.BackedOff backedOff, string reason)
    {
        _environment.Counters.Add("dial.backed-off");
        Context.Parent.Tell(new Hypernet.Rejected(
            backedOff.Address, reason, $"{ReconnectPlan.RefusalsBeforeBackOff} times in a row: dialled again after up to {backedOff.MaxDelay.TotalSeconds} s, or when certificates or lists of this node change"));
    }

    private void Dial(ReconnectEffect.Dial dial)
    {
        _environment.Counters.Add(dial.IsDiscovered ? "dial.started-discovered" : "dial.started");
        if (dial.ExpectedId is { } expected)
        {
            _expected[dial.Address] = expected;
        }
        else
        {
            _expected.Remove(dial.Address);
        }

        Func<System.Net.IPAddress, bool>? accepts = dial.IsDiscovered ? _policy.Accepts : null;
        _environment.Port.Dial(new DialRequest(dial.Address, _environment.Settings.Reconnect.DialTimeout, accepts), new DialSink(Self, dial.Address));
    }

    private void Perform(string reason = "")
    {
        foreach (var effect in _effects)
        {
            switch (effect)
            {
                case ReconnectEffect.Dial dial:
                    Dial(dial);
                    break;
                case ReconnectEffect.BackedOff backedOff:
                    TellBackedOff(backedOff, reason);
                    break;
                case ReconnectEffect.Schedule schedule:
                    Timers.StartSingleTimer(nameof(PlanTimer), new PlanTimer(schedule.Token), schedule.Delay);
                    break;
            }
        }

        _effects.Clear();
    }
}
