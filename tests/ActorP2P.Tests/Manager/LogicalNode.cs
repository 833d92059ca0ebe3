using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Manager;

/// <summary>One node's logical layer above a hypernet that is a probe, and knows of no relays.</summary>
internal sealed class LogicalNode
{
    private readonly TestKitBase _kit;
    private readonly List<HypernetServer.RegisterSlot> _registrations = [];

    public LogicalNode(TestKitBase kit, int member, P2PSettings? settings = null, TimeProvider? time = null)
    {
        _kit = kit;
        Environment = TestMembers.Environment(member, settings) with { Time = time ?? TimeProvider.System, Steady = new SteadyTime(time ?? TimeProvider.System) };
        Hypernet = kit.CreateTestProbe();
        Hypernet.SetAutoPilot(new DelegateAutoPilot((_, message) =>
        {
            if (message is TunnelRouter.OpenTunnel open)
            {
                open.Asker.Tell(new PeerManager.NoWay(open.Remote, "no-route"));
            }

            return KeepRunning.Instance;
        }));
        Manager = kit.Sys.ActorOf(P2PManager.CreateProps(Environment, Hypernet.Ref), $"manager{member}");
        var (environment, manager, hypernet) = (Environment, Manager, Hypernet.Ref);
        Router = kit.Sys.ActorOf(Props.Create(() => new NamespaceRouter(environment, manager, hypernet)), $"router{member}");
    }

    public NodeEnvironment Environment { get; }

    public NodeId Id => Environment.Identity.Id;

    public TestProbe Hypernet { get; }

    public IActorRef Manager { get; }

    public IActorRef Router { get; }

    public NodeCounters Counters => Environment.Counters;

    /// <summary>Takes the next registration of a namespace, in whatever order they come, and grants it.</summary>
    public IActorRef GrantSlot(string ns = TestMembers.Ledger)
    {
        HypernetServer.RegisterSlot? register;
        while ((register = _registrations.Find(seen => seen.Namespace == ns)) is null)
        {
            _registrations.Add(Hypernet.FishForMessage<HypernetServer.RegisterSlot>(_ => true, Eventually.Limit));
        }

        _registrations.Remove(register);
        register.PeerManager.Tell(new HypernetServer.SlotRegistered(ns), Hypernet.Ref);
        return register.PeerManager;
    }

    /// <summary>Sends to the router on behalf of a module and waits for the answer.</summary>
    public TAnswer Ask<TAnswer>(TestProbe module, object message)
    {
        Router.Tell(message, module.Ref);
        return module.ExpectMsg<TAnswer>(Eventually.Limit);
    }

    /// <summary>A module that is registered for a type.</summary>
    public TestProbe Module(string type, string ns = TestMembers.Ledger)
    {
        var module = _kit.CreateTestProbe();
        Ask<Registered>(module, new NamespaceRouter.Register(ns, type, module.Ref));
        return module;
    }

    /// <summary>A module that observes everything; the snapshot is taken.</summary>
    public TestProbe Observer(string ns = TestMembers.Ledger)
    {
        var observer = _kit.CreateTestProbe();
        Ask<ObserveSnapshot>(observer, new NamespaceRouter.Observe(ns, observer.Ref, []));
        return observer;
    }

    /// <summary>An actor inside the namespace, by its name in the tree.</summary>
    public void TellInside(string name, object message, string ns = TestMembers.Ledger) =>
        _kit.Sys.ActorSelection($"/user/{Manager.Path.Name}/{ns}/{name}").Tell(message, ActorRefs.NoSender);
}
