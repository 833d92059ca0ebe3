using System.Collections.Immutable;
using ActorP2P.Protocol.Channel;

namespace ActorP2P;

/// <summary>
/// The slot of a namespace on this node: message type → module. It hands messages over and never waits for a
/// module; whatever a module does with them, or that it dies of them, stays with the module.
/// <para>
/// Supervision: no children. The PeerManager restarts it after a failure; registrations stand in the
/// <see cref="ModuleDemand"/>, and the batch it failed on fails at its sender.
/// </para>
/// </summary>
internal sealed partial class NamespaceSlot : UntypedActor
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
    protected override void PreStart()
    {
        foreach (var module in _registrations.Values.Select(registration => registration.Module).OfType<IActorRef>().Distinct())
        {
            Context.Watch(module);
        }
    }

    /// <inheritdoc />
    protected override void PreRestart(Exception reason, object message)
    {
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

    private void Deliver(Peer.Batch batch)
    {
        List<Peer.HandlingFailure>? failures = null;
        foreach (var message in batch.Messages)
        {
            if (Refuse(message) is { } reason)
            {
                (failures ??= []).Add(new Peer.HandlingFailure(message, reason));
            }
            else
            {
                Hand(batch, message);
            }
        }

        batch.Peer.Tell(new Peer.Handled(batch.Number, failures ?? (IReadOnlyList<Peer.HandlingFailure>)[]));
    }

    private ChannelFailure? Refuse(in InboundMessage message)
    {
        if (!_registrations.TryGetValue(message.Type, out var registration))
        {
            _environment.Counters.Add("slot.refused.unknown-type");
            return ChannelFailure.UnknownType;
        }

        if (registration.Module is null)
        {
            _environment.Counters.Add("slot.refused.module-dead");
            return ChannelFailure.ModuleDead;
        }

        if (message.Kind == EntryKind.Request && message.Deadline <= _environment.Time.GetUtcNow())
        {
            _environment.Counters.Add("slot.refused.past-deadline");
            return ChannelFailure.TimedOut;
        }

        return null;
    }

    private void Hand(Peer.Batch batch, in InboundMessage message)
    {
        var sender = message.Kind == EntryKind.Request
            ? new ReplyPort(batch.Peer, message.Id, message.Lane, message.Deadline, _environment.Counters)
            : ActorRefs.NoSender;
        var delivery = new Delivery(_namespace, batch.Origin, message.Type, null, null, message.Payload);
        _registrations[message.Type].Module!.Tell(delivery, sender);
    }

    private void Deliver(DeliverPublications publications)
    {
        foreach (var delivery in publications.Deliveries)
        {
            if (_registrations.TryGetValue(delivery.Type, out var registration) && registration.Module is not null)
            {
                registration.Module.Tell(delivery, ActorRefs.NoSender);
                continue;
            }

            var reason = registration is null ? "unknown-type" : "module-dead";
            _environment.Counters.Add("slot.dropped." + reason);
            _hub.Tell(new PeerManagerEventHub.Raise(new MessageDropped(_namespace, delivery.Origin, reason)));
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
        Change(_registrations.SetItem(register.Type, new Registration(register.Module, register.Lane, register.Protocol)));
        Sender.Tell(new Registered(_namespace, register.Type));
    }

    private string? RefusalOf(NamespaceRouter.Register register)
    {
        if (_registrations.TryGetValue(register.Type, out var present))
        {
            return present.Module is null || present.Module.Equals(register.Module) ? null : "another module takes this type";
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
