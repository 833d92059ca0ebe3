using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>The two ends of one tunnel, with nothing between them: no link state that could take the way away.</summary>
public sealed class TunnelCertificateTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_session_through_relays_ends_with_the_certificate_of_either_side(bool initiatorIsShortLived)
    {
        using var world = new PhysicalWorld(90);
        var start = world.Simulation.Now;
        var notAfter = start.AddSeconds(40);
        var (a, b) = Ends(world, new Validity(start.AddHours(-1), notAfter), initiatorIsShortLived);
        a.Tunnel.Tell(RelayedLink.Open.Instance);
        Assert.True(world.Simulation.RunUntil(() => a.IsUp && b.IsUp, TimeSpan.FromSeconds(10)), $"{a}\n{b}");

        world.Simulation.RunFor(notAfter - world.Simulation.Now - TimeSpan.FromSeconds(1));
        Assert.True(a.IsUp && b.IsUp, $"{a}\n{b}");

        // Its end is looked for with each beat.
        Assert.True(world.Simulation.RunUntil(() => !a.IsUp && !b.IsUp, TimeSpan.FromSeconds(2.5)), $"{a}\n{b}");
        Assert.Contains(a.Reasons.Concat(b.Reasons), static reason => reason.EndsWith("certificate-expired", StringComparison.Ordinal));
    }

    [Fact]
    public void A_handshake_through_relays_with_a_certificate_that_has_ended_gives_no_session()
    {
        using var world = new PhysicalWorld(91);
        var start = world.Simulation.Now;
        var (a, b) = Ends(world, new Validity(start.AddHours(-1), start.AddSeconds(1)), initiatorIsShortLived: true);
        world.Run(2);
        a.Tunnel.Tell(RelayedLink.Open.Instance);
        world.Run(20);
        Assert.False(a.WasUp || b.WasUp, $"{a}\n{b}");
        Assert.NotEmpty(a.Reasons);
    }

    private static (TunnelEnd A, TunnelEnd B) Ends(PhysicalWorld world, Validity ends, bool initiatorIsShortLived)
    {
        var issued = new[] { "a", "b" }.ToDictionary(static host => host, host => world.Issue(host, validity: host == "a" == initiatorIsShortLived ? ends : null));
        var (a, b) = (new TunnelEnd(world, "a", issued["a"]), new TunnelEnd(world, "b", issued["b"]));
        a.Connect(b);
        b.Connect(a);
        world.Run(0.1);
        return (a, b);
    }

    /// <summary>Stands where a tunnel router stands: what its tunnel sends goes straight to the other end's.</summary>
    private sealed class TunnelEnd
    {
        private readonly NodeEnvironment _environment;
        private readonly ActorSystem _system;
        private readonly string _host;

        public TunnelEnd(PhysicalWorld world, string host, IssuedNode issued)
        {
            _host = host;
            _environment = world.CreateEnvironment(host, issued: issued);
            _system = world.Simulation.CreateSystem(host);
            Namespace = _system.ActorOf(Props.Create(() => new NamespaceStandIn(this)), "namespace");
        }

        public IActorRef Namespace { get; }

        public IActorRef Tunnel { get; private set; } = ActorRefs.Nobody;

        public bool IsUp { get; set; }

        public bool WasUp { get; set; }

        public List<string> Reasons { get; } = [];

        public NodeId Id => _environment.Identity.Id;

        public void Connect(TunnelEnd other)
        {
            var self = this;
            _system.ActorOf(Props.Create(() => new StraightWay(self, other)), "router");
        }

        public override string ToString() =>
            $"{_host}: {string.Join(", ", Reasons)}; {string.Join(", ", _environment.Counters.Snapshot().Values.Select(static pair => $"{pair.Key}={pair.Value}"))}";

        private sealed class StraightWay : UntypedActor
        {
            private readonly TunnelEnd _end;
            private readonly TunnelEnd _other;

            public StraightWay(TunnelEnd end, TunnelEnd other) => (_end, _other) = (end, other);

            protected override void PreStart()
            {
                var (end, remote) = (_end, _other.Id);
                Hypernet.SlotEntry[] slots = [new(PhysicalWorld.Namespace, end.Namespace, 1)];
                _end.Tunnel = Context.ActorOf(Props.Create(() => new RelayedLink(end._environment, remote, slots)), "tunnel");
            }

            protected override void OnReceive(object message)
            {
                switch (message)
                {
                    case TunnelRouter.SendPacket send:
                        _other.Tunnel.Tell(new RelayedLink.PacketReceived(send.Kind, send.Body));
                        break;
                    case TunnelRouter.TunnelFailed failed:
                        _end.Reasons.Add(failed.Reason);
                        break;
                }
            }
        }

        private sealed class NamespaceStandIn(TunnelEnd end) : UntypedActor
        {
            protected override void OnReceive(object message)
            {
                switch (message)
                {
                    case PeerManager.SessionUp:
                        (end.IsUp, end.WasUp) = (true, true);
                        break;
                    case PeerManager.SessionDown down:
                        end.IsUp = false;
                        end.Reasons.Add(down.Reason);
                        break;
                }
            }
        }
    }
}
