using System.Collections.Immutable;
using ActorP2P.Protocol.Channel;

namespace ActorP2P;

/// <summary>
/// The slot of a namespace on this node: message type → module. It hands messages over and never waits for a
/// module: what a module has no room for stands in its <see cref="ModuleQueue"/> and stays in the window of its sender.
/// Whatever a module does with messages, or that it dies of them, stays with the module.
/// <para>
/// Supervision: no children. The PeerManager restarts it after a failure; registrations stand in the
/// <see cref="ModuleDemand"/> with what waits for them, and the batch it failed on fails at its sender.
/// </para>
/// </summary>
internal sealed partial class NamespaceSlot : UntypedActor, IWithTimers
{
    private readonly NodeEnvironment _environment;
    private readonly string _namespace;
    private readonly ModuleDemand _demand;
    private readonly IActorRef _hub;
    private ImmutableDictionary<string, Registration> _registrations;

    public NamespaceSlot(NodeEnvironment environment, string namespaceName, ModuleDemand demand, IActorRef hub)
    {
        _environment = environment;
        _namespace = namespaceName;
        _demand = demand;
        _hub = hub;
        _registrations = demand.Registrations;
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc />
    protected override void PreStart()
    {
        foreach (var queue in _demand.Queues.ByType.Values)
        {
            queue.AskAnew(Self);
            if (queue.WaitingMessages > 0)
            {
                WatchSlowness(queue.Type);
            }
        }

        foreach (var module in _registrations.Values.Select(registration => registration.Module).OfType<IActorRef>().Distinct())
        {
            Context.Watch(module);
        }
    }

    /// <inheritdoc />
    protected override void PreRestart(Exception reason, object message)
    {
        _inHand?.Abandon();
        (message as Peer.Batch)?.Fail(Self);
        base.PreRestart(reason, message);
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Peer.Batch batch:
                Deliver(batch);
                break;
            case DeliverPublications publications:
                Deliver(publications);
                break;
            case ActorIdentity answer:
                Progress(answer);
                break;
            case NamespaceRouter.Consumed consumed:
                Consume(consumed);
                break;
            case StillWaiting waiting:
                TellSlow(waiting.Type);
                break;
            case NamespaceRouter.Register register:
                Register(register);
                break;
            case NamespaceRouter.Unregister unregister:
                Unregister(unregister);
                break;
            case Terminated terminated:
                Bury(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Register(NamespaceRouter.Register register)
    {
        if (RefusalOf(register) is { } reason)
        {
            _environment.Counters.Add("slot.refused.registration");
            Sender.Tell(new RegisterRefused(_namespace, register.Type, reason));
            return;
        }

        Context.Watch(register.Module);
        if (!_demand.Queues.ByType.ContainsKey(register.Type))
        {
            _demand.Queues.Add(new ModuleQueue(register.Type, register.Module, register.Demand, _environment.Settings.Modules));
        }

        Change(_registrations.SetItem(register.Type, new Registration(register.Module, register.Lane, register.Protocol)));
        Sender.Tell(new Registered(_namespace, register.Type));
    }

    private string? RefusalOf(NamespaceRouter.Register register)
    {
        if (_registrations.TryGetValue(register.Type, out var present))
        {
            return present.Module is null ? null
                : !present.Module.Equals(register.Module) ? "another module takes this type"
                : register.Demand != _demand.Queues.ByType[register.Type].Demand ? "a registration's demand changes by unregistering first"
                : null;
        }

        if (_registrations.Count < _environment.Settings.NamespaceDefaults.MaxModuleTypes)
        {
            return null;
        }

        // A dead module's place only serves a better failure at the far side: it goes before a living one is refused.
        var dead = _registrations.Where(pair => pair.Value.Module is null).Select(pair => pair.Key).Min(StringComparer.Ordinal);
        if (dead is null)
        {
            return $"at most {_environment.Settings.NamespaceDefaults.MaxModuleTypes} types (namespace-defaults.max-module-types)";
        }

        _registrations = _registrations.Remove(dead);
        return null;
    }

    private void Unregister(NamespaceRouter.Unregister unregister)
    {
        if (_registrations.TryGetValue(unregister.Type, out var registration))
        {
            Abandon(unregister.Type, ChannelFailure.UnknownType);
            Change(_registrations.Remove(unregister.Type));
            if (registration.Module is { } module && !_registrations.Values.Any(other => module.Equals(other.Module)))
            {
                Context.Unwatch(module);
            }
        }

        Sender.Tell(new Unregistered(_namespace, unregister.Type));
    }

    private void Bury(IActorRef module)
    {
        var left = _registrations;
        foreach (var (type, registration) in _registrations)
        {
            if (module.Equals(registration.Module))
            {
                Abandon(type, ChannelFailure.ModuleDead);
                left = left.SetItem(type, registration with { Module = null });
            }
        }

        _environment.Counters.Add("slot.module-died");
        Change(left);
    }

    private void Change(ImmutableDictionary<string, Registration> registrations)
    {
        _registrations = registrations;
        _demand.Registrations = registrations;
        Context.Parent.Tell(new PeerManager.RegistrationsChanged(registrations));
    }
}
