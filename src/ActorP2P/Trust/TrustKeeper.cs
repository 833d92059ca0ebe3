using ActorP2P.Protocol.Succession;

namespace ActorP2P;

/// <summary>
/// Carries out reloads of certificates, roots, lists and members. The <see cref="TrustRotation"/> decides; what it puts in
/// force is in the <see cref="NodeTrust"/> before anybody is told.
/// </summary>
/// <remarks>
/// Supervision: no children. P2PNode restarts it; what is in force lives in the NodeTrust, and a restart reads the files
/// again, so a change during the failure is not lost.
/// </remarks>
internal sealed partial class TrustKeeper : ReceiveActor, IWithTimers
{
    /// <summary>Askers that wait for one reading; a further one is refused.</summary>
    public const int MaxWaiting = 64;

    // Timers of engines count milliseconds in 32 bits; a day is soon enough to look again.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SaveRetry = TimeSpan.FromMinutes(1);

    private readonly NodeEnvironment _environment;
    private readonly IActorRef _hypernet;
    private readonly List<IActorRef> _askers = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IReadOnlyList<string> _succeedingParts = [];
    private bool _isReadWanted;

    /// <summary>Creates the keeper; P2PNode does.</summary>
    public TrustKeeper(NodeEnvironment environment, IActorRef hypernet)
    {
        _environment = environment;
        _hypernet = hypernet;
        Receive<P2PNode.Reload>(_ => HandleReload());
        Receive<FilesRead>(read => HandleRead(read.Files));
        Receive<Succeeded>(HandleSucceeded);
        Receive<NumbersKept>(HandleKept);
        Receive<KeepAgain>(_ => KeepNumbers());
        Receive<SuccessionsKept>(HandleKept);
        Receive<KeepSuccessionsAgain>(_ => KeepSuccessions());
        Receive<CheckDue>(_ => _environment.TrustSource?.RequestRead());
        Receive<EraseDue>(_ => EraseFormerKeys());
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => _environment.Time.GetUtcNow();

    /// <inheritdoc />
    protected override void PreStart()
    {
        var self = Self;
        _environment.TrustSource?.Start(files => self.Tell(new FilesRead(files), ActorRefs.NoSender));
        Schedule();
        EraseFormerKeys();
    }

    /// <inheritdoc />
    protected override void PostStop() => _environment.TrustSource?.Stop();

    /// <inheritdoc />
    protected override void PostRestart(Exception reason)
    {
        base.PostRestart(reason);
        KeepNumbers();
        KeepSuccessions();
        _environment.TrustSource?.RequestRead();
    }

    private void HandleReload()
    {
        if (_environment.TrustSource is not { } source)
        {
            Sender.Tell(new P2PNode.ReloadRefused([new SettingsError("actorp2p.rotation", "this node was started without files to read again")]));
        }
        else if (_askers.Count >= MaxWaiting)
        {
            _environment.Counters.Add("trust.refused.too-many-askers");
            Sender.Tell(new P2PNode.ReloadRefused([new SettingsError("actorp2p.rotation", $"{MaxWaiting} others wait for the same reading")]));
        }
        else
        {
            _askers.Add(Sender);
            source.RequestRead();
        }
    }

    private void HandleRead(TrustFiles files)
    {
        if (_environment.Trust.Pending is not null)
        {
            // What is in force is about to change: these files are judged against that.
            _isReadWanted = true;
            return;
        }

        switch (_environment.Trust.Rotation.Offer(files, Now))
        {
            case RotationOutcome.Changed { Former: { } former } changed:
                Succeed(former, changed);
                break;
            case RotationOutcome.Changed changed:
                Use(changed);
                break;
            case RotationOutcome.Refused refused:
                Refuse(refused.Errors);
                break;
            default:
                _environment.Counters.Add("trust.unchanged");
                Answer(new P2PNode.Reloaded([]));
                break;
        }

        Schedule();
    }

    private void Use(RotationOutcome.Changed changed)
    {
        _environment.Trust.Use(changed.State);
        _hypernet.Tell(Hypernet.TrustChanged.Instance);
        Tell(changed.Parts);
    }

    // The links of the former key end first, so that no handshake shows one key under the rules of the other.
    private void Succeed(TrustState former, RotationOutcome.Changed changed)
    {
        var (before, after) = (former.Identity, changed.State.Identity);
        var now = Now;
        DateTimeOffset[] ends = [now + _environment.Settings.Succession.Overlap, before.NotAfter, after.NotAfter];
        var statement = SuccessionStatement.Sign(
            _environment.Settings.Network.Id, before.Key, after.Key, after.Chain.Hash, _environment.Epochs.Current, now, ends.Min());
        _log.Info("the key changes: {0}", statement);
        _succeedingParts = changed.Parts;
        _environment.Trust.Begin(new PendingSuccession(changed.State, statement));
        _hypernet.Tell(Hypernet.Succeed.Instance);
    }

    private void HandleSucceeded(Succeeded succeeded)
    {
        _environment.Counters.Add("trust.succeeded");
        Context.System.EventStream.Publish(new P2PNode.IdentityChanged(succeeded.Former, succeeded.Present));
        Tell(_succeedingParts);
        _succeedingParts = [];
        Schedule();
        KeepSuccessions();
        EraseFormerKeys();
        if (_isReadWanted)
        {
            _isReadWanted = false;
            _environment.TrustSource?.RequestRead();
        }
    }

    private void Tell(IReadOnlyList<string> parts)
    {
        KeepNumbers();
        _environment.Counters.Add("trust.reloaded");
        _log.Info("in force anew: {0}", string.Join(", ", parts));
        foreach (var warning in _environment.Trust.Current.Warnings)
        {
            _log.Warning("{0}", warning);
        }

        var reloaded = new P2PNode.Reloaded(parts);
        Context.System.EventStream.Publish(reloaded);
        Answer(reloaded);
    }

    // In force at once and saved a moment later: a disk that is full must not keep a revoked node in.
    private void KeepNumbers()
    {
        var numbers = _environment.Trust.Validator.Revocation.Numbers;
        if (numbers.Count > 0)
        {
            var self = Self;
            _environment.TrustSource?.KeepNumbers(numbers, error => self.Tell(new NumbersKept(error), ActorRefs.NoSender));
        }
    }

    private void HandleKept(NumbersKept kept)
    {
        if (kept.Error is null)
        {
            Timers.Cancel(nameof(KeepAgain));
            return;
        }

        _environment.Counters.Add("trust.numbers-not-saved");
        _log.Error("the numbers of the revocation lists are not saved, older lists would be taken at the next start: {0}", kept.Error);
        Timers.StartSingleTimer(nameof(KeepAgain), KeepAgain.Instance, SaveRetry);
    }

    private void KeepSuccessions()
    {
        var statements = _environment.Successions.LeadingTo(_environment.Trust.Identity.Id, Now);
        if (statements.Count > 0)
        {
            var self = Self;
            _environment.TrustSource?.KeepSuccessions(
                [.. statements.Select(static statement => statement.Encoded)], error => self.Tell(new SuccessionsKept(error), ActorRefs.NoSender));
        }
    }

    private void HandleKept(SuccessionsKept kept)
    {
        if (kept.Error is null)
        {
            Timers.Cancel(nameof(KeepSuccessionsAgain));
            return;
        }

        _environment.Counters.Add("trust.successions-not-saved");
        _log.Error("what this node says of its former keys is not saved, and would not be said after the next start: {0}", kept.Error);
        Timers.StartSingleTimer(nameof(KeepSuccessionsAgain), KeepSuccessionsAgain.Instance, SaveRetry);
    }

    private void Refuse(IReadOnlyList<SettingsError> errors)
    {
        _environment.Counters.Add("trust.refused");
        foreach (var error in errors)
        {
            _log.Warning("not reloaded, all stays as it was: {0}", error);
        }

        var refused = new P2PNode.ReloadRefused(errors);
        Context.System.EventStream.Publish(refused);
        Answer(refused);
    }

    private void Answer(object answer)
    {
        foreach (var asker in _askers)
        {
            asker.Tell(answer);
        }

        _askers.Clear();
    }

    private void EraseFormerKeys()
    {
        if (_environment.Trust.EraseFormer(Now) is { } next)
        {
            Timers.StartSingleTimer(nameof(EraseDue), EraseDue.Instance, Bounded(next - Now));
        }
    }

    private static TimeSpan Bounded(TimeSpan delay) => delay > LongestWait ? LongestWait : delay < ShortestWait ? ShortestWait : delay;

    private void Schedule()
    {
        if (_environment.Trust.Rotation.NextCheck(Now) is not { } at)
        {
            Timers.Cancel(nameof(CheckDue));
            return;
        }

        Timers.StartSingleTimer(nameof(CheckDue), CheckDue.Instance, Bounded(at - Now));
    }
}
