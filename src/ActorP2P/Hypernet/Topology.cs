using System.Net;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;

namespace ActorP2P;

/// <summary>
/// Knows the network: every node's signed link state, who is a member, and the graph of links that follows from both.
/// Performs for two cores, which answer each other: a state whose owner is not known yet makes the membership core ask
/// for a certificate, and its verdict lets the held state apply.
/// </summary>
/// <remarks>
/// It has no children. Hypernet restarts it after a failure and tells it the links that are up; link state and
/// certificates come again from the neighbours, and its own state goes on under a higher seq.
/// </remarks>
public sealed partial class Topology : ReceiveActor, IWithTimers
{
    /// <summary>Time after which another peer is asked for a missing certificate; our guess, a few round trips.</summary>
    private static readonly TimeSpan CertificatePatience = TimeSpan.FromSeconds(1);

    private readonly NodeEnvironment _environment;
    private readonly StateLimits _limits;
    private readonly StateSyncCore _sync;
    private readonly MembershipCore _membership;
    private readonly Dictionary<NodeId, IActorRef> _links = [];
    private readonly ExpiryWatch _expiry;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private List<StateSyncEffect> _stateEffects = [];
    private List<MembershipEffect> _membershipEffects = [];
    private IReadOnlyList<string> _addresses = [];
    private NetworkView _view = new(LinkGraph.Empty, MembershipSnapshot.Empty);
    private bool _isPublishing;
    private bool _linksHaveChanged;
    private DateTimeOffset _publishedAt;
    private int _claims;

    /// <summary>Creates the topology; Hypernet does.</summary>
    public Topology(NodeEnvironment environment, TopologyStarts starts)
    {
        _environment = environment;
        var settings = environment.Settings.StateSync;
        var identity = environment.Trust.Identity;
        _limits = StateLimits.From(settings, environment.Settings.Dissemination);
        _expiry = new ExpiryWatch(environment.Settings.Rotation.ExpiryWarningDays);
        _membership = new MembershipCore(Judge, settings.MaxOrigins, CertificatePatience, environment.Random);
        _sync = new StateSyncCore(
            settings,
            _limits,
            StateScope.LinkState(environment.Settings.Network.Id),
            identity.Curve,
            identity.Key,
            environment.Epochs.Current,
            _membership.Snapshot,
            environment.Random,
            starts.NextSeqBase());
        Receive<LinkUp>(HandleLinkUp);
        Receive<LinkDown>(HandleLinkDown);
        Receive<CloseWithProof>(HandleClose);
        Receive<Received>(HandleReceived);
        Receive<Advertise>(advertise =>
        {
            _addresses = advertise.Addresses;
            SetOwn();
        });
        Receive<SyncTimer>(timer =>
        {
            _sync.HandleTimer(timer.Token, Steady, _stateEffects);
            Perform();
        });
        Receive<MembershipTimer>(timer =>
        {
            _membership.HandleTimer(timer.Token, Now, _membershipEffects);
            Perform();
        });
        Receive<TrustChanged>(_ => UseTrust());
        Receive<UseIdentity>(_ => BeginAnew());
        Receive<NodeSucceeded>(Follow);
        Receive<LookAtExpiry>(_ => LookAtCertificateEnds());
        Receive<PublishView>(_ => Publish());
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    // By the wall clock, as certificates and statements are dated.
    private DateTimeOffset Now => _environment.Time.GetUtcNow();

    private DateTimeOffset Steady => _environment.Steady.Now;

    private NodeId OwnId => _environment.Trust.Identity.Id;

    /// <inheritdoc />
    protected override void PreStart()
    {
        var identity = _environment.Trust.Identity;
        _membership.AddOwn(identity.Id, identity.Chain.Encoded, identity.NotAfter, Now, _membershipEffects);
        _sync.Start(Steady, _stateEffects);
        SetOwn();
        Context.Parent.Tell(Hypernet.PartStarted.Instance);
        Timers.StartPeriodicTimer(nameof(LookAtExpiry), LookAtExpiry.Instance, TimeSpan.Zero, ExpiryLookInterval);
    }

    private void HandleLinkUp(LinkUp up)
    {
        if (_links.ContainsKey(up.Node))
        {
            // Replaced by a newer link: what was under way on the old one may be lost.
            _sync.HandlePeerDown(up.Node);
        }

        _links[up.Node] = up.Link;
        _membership.HandlePeerUp(
            up.Node, up.RemoteChain, up.CertificateNotAfter, Now, _membershipEffects, Judge(up.RemoteChain, Now).CertificateNotAfter);
        _sync.HandlePeerUp(up.Node, Steady, _stateEffects);
        TellSuccessions(up.Node);
        SetOwn();
        PublishLinks();
    }

    private void HandleLinkDown(LinkDown down)
    {
        if (_links.Remove(down.Node))
        {
            _membership.HandlePeerDown(down.Node);
            _sync.HandlePeerDown(down.Node);
            _statementAllowances.Remove(down.Node);
            SetOwn();
            PublishLinks();
        }
    }

    // Its far end may be the one that was started later and yet has the lower epoch: it is shown what it signed before.
    private void HandleClose(CloseWithProof close)
    {
        if (_sync.ProofOfHigherEpoch(close.Node, close.Epoch) is { } proof)
        {
            close.Link.Tell(new Link.ShowProof(proof));
        }

        close.Link.Tell(new Link.CloseLink(close.Reason));
    }

    private void HandleReceived(Received received)
    {
        // First, so that bytes on which this actor fails are given back as well.
        Sender.Tell(new Link.Taken(received.Charge));
        if (IsSuccession(received.Bytes.Span))
        {
            HandleSuccession(received.From, received.Bytes[1..]);
        }
        else if (MembershipCore.Owns(received.Bytes.Span))
        {
            _membership.HandleReceived(received.From, received.Bytes, Now, _membershipEffects);
        }
        else
        {
            _sync.HandleReceived(received.From, received.Bytes, Steady, _stateEffects);
        }

        Perform();
    }

    private void UseTrust()
    {
        var identity = _environment.Trust.Identity;
        _membership.AddOwn(identity.Id, identity.Chain.Encoded, identity.NotAfter, Now, _membershipEffects);
        _membership.HandleRulesChanged(Now, _membershipEffects);

        // Namespaces take their members from the trust together with the view, so they get one though no link changed.
        SchedulePublish();
        SetOwn();
    }

    private void SetOwn()
    {
        var neighbours = _links.Keys.Select(node => node.Reference).Take(_limits.MaxNeighbours);
        var addresses = _addresses.Where(IsWorthAdvertising).Take(StateLimits.MaxAddresses);
        _sync.SetOwn(LinkStateBody.Create(addresses, _environment.Trust.Identity.Chain.Hash.ToArray(), neighbours, _limits), Steady, _stateEffects);
        Perform();
    }

    private static bool IsWorthAdvertising(string address) =>
        NetworkAddress.TryParse(address, out var host, out _)
        && !(IPAddress.TryParse(host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));

    private void Perform()
    {
        while (_stateEffects.Count > 0 || _membershipEffects.Count > 0)
        {
            // What an effect leads to is appended to the other lists, never to the one under the loop.
            (var states, _stateEffects) = (_stateEffects, []);
            (var memberships, _membershipEffects) = (_membershipEffects, []);
            foreach (var effect in memberships)
            {
                Perform(effect);
            }

            foreach (var effect in states)
            {
                Perform(effect);
            }
        }
    }

    private void Perform(StateSyncEffect effect)
    {
        switch (effect)
        {
            case StateSyncEffect.Send send:
                Send(send.To, send.Bytes);
                break;
            case StateSyncEffect.Applied applied:
                Use(applied);
                break;
            case StateSyncEffect.Expired:
                PublishLinks();
                break;
            case StateSyncEffect.MembershipNeeded { Body: LinkStateBody body } needed:
                _membership.HandleNeeded(needed.Node, body.CertificateHash, needed.From, Now, _membershipEffects);
                break;
            case StateSyncEffect.Schedule schedule:
                Timers.StartSingleTimer(nameof(SyncTimer), new SyncTimer(schedule.Token), schedule.Delay);
                break;
            case StateSyncEffect.Equivocation equivocation:
                _environment.Counters.Add("topology.equivocation");
                _log.Warning("{0} signed two link states under one seq", equivocation.Node.ShortId);
                Context.Parent.Tell(new NetworkAlarm.LinkStateEquivocation(
                    equivocation.Node,
                    new EquivocationEvidence(equivocation.Kept.Encode(), equivocation.Rejected.Encode())));
                break;
            case StateSyncEffect.EpochExceeded exceeded:
                _environment.Counters.Add("topology.epoch-exceeded");
                Context.Parent.Tell(new Hypernet.OwnEpochSeen(exceeded.Evidence.Epoch));
                break;
            case StateSyncEffect.DuplicateIdentity duplicate:
                _environment.Counters.Add("topology.duplicate-identity");
                Context.Parent.Tell(new Hypernet.OwnKeyMet(duplicate.Evidence.Epoch, "a link state"));
                break;
            case StateSyncEffect.Dropped dropped:
                _environment.Counters.Add("topology.dropped." + ReasonName.Of(dropped.Reason));
                break;
        }
    }

    private void Perform(MembershipEffect effect)
    {
        switch (effect)
        {
            case MembershipEffect.Send send:
                Send(send.To, send.Bytes);
                break;
            case MembershipEffect.Changed changed:
                _sync.HandleMembership(changed.Snapshot, Steady, _stateEffects, changed.Node);
                TellCertificateEnds(changed);
                JudgeSuccessions(changed.Snapshot);
                SchedulePublish();
                break;
            case MembershipEffect.Refused refused:
                _environment.Counters.Add("membership.refused");
                _log.Warning("{0} is no member: {1}", refused.Node.ShortId, refused.Reason);
                if (_links.TryGetValue(refused.Node, out var link))
                {
                    link.Tell(new Link.CutLink("certificate-" + refused.Reason));
                }

                break;
            case MembershipEffect.Schedule schedule:
                Timers.StartSingleTimer(nameof(MembershipTimer), new MembershipTimer(schedule.Token), schedule.Delay);
                break;
            case MembershipEffect.Dropped dropped:
                _environment.Counters.Add("membership.dropped." + ReasonName.Of(dropped.Reason));
                break;
        }
    }

    private void Use(StateSyncEffect.Applied applied)
    {
        if (applied.New is LinkStateBody body)
        {
            _membership.HandleNamed(applied.Node, body.CertificateHash, Now, _membershipEffects);
        }

        if (applied is not { Old: LinkStateBody old, New: LinkStateBody next } || !old.NeighbourReferences.SequenceEqual(next.NeighbourReferences))
        {
            PublishLinks();
        }
        else if (!old.Addresses.SequenceEqual(next.Addresses))
        {
            SchedulePublish();
        }
    }

    private void Send(NodeId to, ReadOnlyMemory<byte> bytes)
    {
        if (_links.TryGetValue(to, out var link))
        {
            link.Tell(new Link.SendTopology(bytes));
        }
    }

    private ChainJudgement Judge(ReadOnlyMemory<byte> encoded, DateTimeOffset now)
    {
        var validator = _environment.Trust.Validator;
        if (!CertificateChain.TryDecode(encoded, validator.Limits, out var chain, out var reason))
        {
            return new ChainJudgement(null, default, reason);
        }

        return validator.Validate(chain, now) switch
        {
            CertificateVerdict.Accepted accepted => new ChainJudgement(accepted.Id, accepted.NotAfter, null, accepted.CertificateNotAfter),
            CertificateVerdict.Refused refused => new ChainJudgement(null, default, ReasonName.Of(refused.Reason)),
            var other => throw new InvalidOperationException($"A certificate verdict that is none: {other.GetType().Name}"),
        };
    }
}
