using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>
/// The parent of the logical layer: allocates a PeerManager for each namespace, those of the configuration at its
/// start, others when a module opens them.
/// <para>
/// Supervision: a PeerManager that fails is restarted, at most <c>supervision.max-namespace-restarts</c> times in
/// <c>supervision.window</c>; other namespaces and all links go on. After that it is stopped: the namespace is
/// closed, and its modules and observers are told <see cref="Closed"/>, because restarting for ever would hide a
/// defect and burn the node. The table of open namespaces and the incarnations are arguments of this actor, so its
/// own restart opens what was open.
/// </para>
/// </summary>
internal sealed partial class P2PManager : UntypedActor
{
    /// <summary>Modules that wait for one namespace to open or close.</summary>
    public const int MaxWaiting = 256;

    // The escape of a namespace's name never holds this character, so no namespace can take the place.
    private const string UnansweredName = "*unanswered";

    private readonly NodeEnvironment _environment;
    private readonly IActorRef _hypernet;
    private readonly NamespaceMemory _memory;
    private readonly Dictionary<string, OpenNamespace> _open;
    private readonly MessageRules _rules;

    public P2PManager(NodeEnvironment environment, IActorRef hypernet, NamespaceMemory memory)
    {
        _environment = environment;
        _hypernet = hypernet;
        _memory = memory;
        _open = memory.Open;
        _rules = new MessageRules(environment.Settings, environment.Trust.Identity.Id);
    }

    private SupervisionSettings Limits => _environment.Settings.Supervision;

    /// <summary>How to make it. What it must remember beyond its own restart is made here.</summary>
    /// <param name="environment">What the node was given.</param>
    /// <param name="hypernet">The physical layer: takes RegisterSlot and UnregisterSlot on the server's behalf.</param>
    public static Props CreateProps(NodeEnvironment environment, IActorRef hypernet)
    {
        var memory = new NamespaceMemory();
        foreach (var settings in environment.Settings.Namespaces)
        {
            memory.Open[settings.Name] = new OpenNamespace(settings);
        }

        return Props.Create(() => new P2PManager(environment, hypernet, memory));
    }

    /// <inheritdoc />
    protected override void PreStart()
    {
        var (counters, root) = (_environment.Counters, Context.Parent);
        Context.ActorOf(Props.Create(() => new UnansweredMessages(counters, root)), UnansweredName);
        foreach (var entry in _open.Values.Where(entry => !entry.IsClosing).ToArray())
        {
            Start(entry);
        }

        foreach (var entry in _open.Values.Where(entry => entry.IsClosing).ToArray())
        {
            Ended(entry);
        }
    }

    /// <inheritdoc />
    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(Limits.MaxNamespaceRestarts, Limits.Window, static _ => Directive.Restart);

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NamespaceRouter.Open m:
                Open(m, Sender);
                break;
            case NamespaceRouter.Close m:
                Close(m);
                break;
            case RouterStarted m:
                m.Router.Tell(new NamespaceRouter.OpenNamespaces(Living().ToDictionary(entry => entry.Settings.Name, entry => entry.PeerManager)));
                _memory.Router = m.Router;
                break;
            case NamespaceReady m when IsLiving(m.Namespace, out var entry):
                Ready(entry);
                break;
            case NamespaceRefused m when IsLiving(m.Namespace, out var entry):
                Refuse(entry, m.Reason);
                break;
            case NamespaceReady or NamespaceRefused:
                break;
            case Terminated m:
                Ended(m.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private IEnumerable<OpenNamespace> Living() => _open.Values.Where(entry => !entry.IsClosing);

    private bool IsLiving(string name, out OpenNamespace entry) => _open.TryGetValue(name, out entry!) && !entry.IsClosing;

    private void Start(OpenNamespace entry)
    {
        var (environment, settings, demand, incarnations, hypernet) = (_environment, entry.Settings, entry.Demand, _memory.Incarnations, _hypernet);
        entry.IsReady = false;
        entry.PeerManager = Context.Watch(Context.ActorOf(
            Props.Create(() => new PeerManager(environment, settings, demand, incarnations, hypernet)),
            Uri.EscapeDataString(settings.Name)));
        _memory.Router.Tell(new NamespaceRouter.NamespaceOpened(settings.Name, entry.PeerManager));
    }

    private void Open(NamespaceRouter.Open open, IActorRef sender)
    {
        if (_open.TryGetValue(open.Namespace ?? string.Empty, out var entry))
        {
            Join(entry, open, sender);
            return;
        }

        if (RefusalOf(open) is { } reason)
        {
            _environment.Counters.Add("namespace.refused.open");
            sender.Tell(new OpenRefused(open.Namespace ?? string.Empty, reason));
            return;
        }

        entry = new OpenNamespace(open.Settings ?? new NamespaceSettings(open.Namespace!, [], []));
        entry.Openers.Add(sender);
        _open.Add(open.Namespace!, entry);
        Start(entry);
    }

    private void Join(OpenNamespace entry, NamespaceRouter.Open open, IActorRef sender)
    {
        if (entry.IsReady && !entry.IsClosing)
        {
            sender.Tell(new Opened(entry.Settings.Name, entry.PeerManager));
        }
        else if (entry.Openers.Count + entry.Reopeners.Count >= MaxWaiting)
        {
            _environment.Counters.Add("namespace.refused.open");
            sender.Tell(new OpenRefused(entry.Settings.Name, $"{MaxWaiting} modules wait for it already"));
        }
        else if (entry.IsClosing)
        {
            entry.Reopeners.Add((open, sender));
        }
        else
        {
            entry.Openers.Add(sender);
        }
    }

    private string? RefusalOf(NamespaceRouter.Open open)
    {
        if (_rules.JudgeOpen(open.Namespace!, open.Settings) is { } reason)
        {
            return reason;
        }

        if (open.Settings is { } settings && settings.Name != open.Namespace)
        {
            return "the settings are those of another namespace";
        }

        var max = _environment.Settings.NamespaceDefaults.MaxNamespaces;
        return _open.Count >= max ? $"at most {max} namespaces (namespace-defaults.max-namespaces)" : null;
    }

    private static void Ready(OpenNamespace entry)
    {
        entry.IsReady = true;
        foreach (var opener in entry.Openers)
        {
            opener.Tell(new Opened(entry.Settings.Name, entry.PeerManager));
        }

        entry.Openers.Clear();
    }

    private void Refuse(OpenNamespace entry, string reason)
    {
        _environment.Counters.Add("namespace.refused.slot");
        foreach (var opener in entry.Openers)
        {
            opener.Tell(new OpenRefused(entry.Settings.Name, reason));
        }

        entry.Openers.Clear();
        BeginClosing(entry);
    }

    private void Close(NamespaceRouter.Close close)
    {
        if (close.Namespace is null || !_open.TryGetValue(close.Namespace, out var entry))
        {
            // Closing what is not open has its wish already.
            Sender.Tell(new Closed(close.Namespace ?? string.Empty));
            return;
        }

        if (entry.Closers.Count < MaxWaiting)
        {
            entry.Closers.Add(Sender);
        }
        else
        {
            Sender.Tell(new StateRefused(close.Namespace, nameof(NamespaceRouter.Close), nameof(SendFailure.Busy)));
        }

        foreach (var opener in entry.Openers)
        {
            opener.Tell(new OpenRefused(entry.Settings.Name, nameof(SendFailure.Stopping)));
        }

        entry.Openers.Clear();
        BeginClosing(entry);
    }

    private void BeginClosing(OpenNamespace entry)
    {
        if (!entry.IsClosing)
        {
            entry.IsClosing = true;
            _memory.Router.Tell(new NamespaceRouter.NamespaceClosed(entry.Settings.Name));
            entry.PeerManager.Tell(new PeerManager.CloseNamespace());
        }
    }

    private void Ended(IActorRef peerManager)
    {
        var entry = _open.Values.FirstOrDefault(entry => entry.PeerManager.Equals(peerManager));
        if (entry is not null)
        {
            Ended(entry);
        }
    }

    private void Ended(OpenNamespace entry)
    {
        _open.Remove(entry.Settings.Name);
        var closed = new Closed(entry.Settings.Name);
        if (!entry.IsClosing)
        {
            GiveUp(closed);
        }

        foreach (var concerned in entry.Closers.Concat(entry.Openers).Concat(entry.Demand.Concerned()).Distinct())
        {
            concerned.Tell(closed);
        }

        foreach (var (message, sender) in entry.Reopeners)
        {
            Open(message, sender);
        }
    }

    private void GiveUp(Closed closed)
    {
        _environment.Counters.Add("namespace.gave-up");
        Context.GetLogger().Error("Namespace {0} failed more than {1} times in {2} and is closed.", closed.Namespace, Limits.MaxNamespaceRestarts, Limits.Window);
        _memory.Router.Tell(new NamespaceRouter.NamespaceClosed(closed.Namespace));
        _hypernet.Tell(new HypernetServer.UnregisterSlot(closed.Namespace));
    }
}
