using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Tunnel;

namespace ActorP2P;

/// <content>What becomes of a packet: for one of our tunnels, for a neighbour, or dropped for a reason that is counted.</content>
public sealed partial class TunnelRouter
{
    private void HandlePacket(PacketReceived received)
    {
        // First, so that a packet on which this actor fails is given back as well.
        Sender.Tell(new Link.Taken(received.Charge));
        var packet = received.Packet;
        if (packet.Source == OwnId)
        {
            Drop("loop");
        }
        else if (!_table.MayComeFrom(received.From, packet.Source))
        {
            Drop("not-behind-link");
        }
        else if (packet.Destination == OwnId)
        {
            Receive(received.From, packet);
        }
        else
        {
            Relay(received);
        }
    }

    private void Receive(NodeId from, TunnelPacket packet)
    {
        if (packet.Kind == TunnelPacketKind.Refused)
        {
            if (TunnelRefusalNotice.TryDecode(packet.Body, out var notice) && _ways.TryGetValue(notice.Destination, out var refused))
            {
                refused.Tunnel.Tell(new RelayedLink.Refused(notice.Reason, notice.Proof));
            }
            else
            {
                Drop("unasked-refusal");
            }

            return;
        }

        if (packet.Kind == TunnelPacketKind.Hello)
        {
            if (!_limits.MayAskForHandshake(from, packet.Source, Now))
            {
                Drop("hello-rate");
                return;
            }

            if (!_ways.ContainsKey(packet.Source) && Begin(packet.Source, isAsked: false) is { } reason)
            {
                Drop("hello-" + reason);
                return;
            }
        }

        if (_ways.TryGetValue(packet.Source, out var way))
        {
            way.Tunnel.Tell(new RelayedLink.PacketReceived(packet.Kind, packet.Body));
        }
        else
        {
            Drop("no-tunnel");
        }
    }

    private void Relay(PacketReceived received)
    {
        var packet = received.Packet;
        if (packet.HopsLeft == 0)
        {
            Refuse(received.From, packet, TunnelRefusal.HopLimit);
        }
        else if (!_table.HasField(packet.Destination, packet.Avoided) && !_limits.MayCompute(received.From, Now))
        {
            Refuse(received.From, packet, TunnelRefusal.RelayBusy);
        }
        else if (_table.NextHop(packet.Source, packet.Destination, packet.Avoided) is not { } next || next == received.From)
        {
            Refuse(received.From, packet, TunnelRefusal.NoRoute);
        }
        else if (!_limits.TryTake(new RelayQuota(received.From, packet.Source, next, received.Encoded.Length)))
        {
            Refuse(received.From, packet, TunnelRefusal.RelayBusy);
        }
        else
        {
            _environment.Counters.Add("tunnel.relayed");
            _environment.Counters.Add("tunnel.relayed-bytes", received.Encoded.Length);
            var hops = (byte)Math.Min(packet.HopsLeft - 1, _environment.Settings.Routing.HopLimit - 1);
            var quota = new RelayQuota(received.From, packet.Source, next, received.Encoded.Length);
            _links[next].Tell(new Link.SendTunnel(packet, received.Encoded, hops, quota));
        }
    }

    private void HandleOwn(SendPacket send)
    {
        if (!_ways.TryGetValue(send.Remote, out var way))
        {
            Drop("tunnel-over");
            return;
        }

        SendOwn(new TunnelPacket(send.Kind, (byte)_environment.Settings.Routing.HopLimit, OwnId, send.Remote, way.Plan.Avoided, send.Body));
    }

    private void SendOwn(TunnelPacket packet)
    {
        if (_table.NextHop(OwnId, packet.Destination, packet.Avoided) is not { } next)
        {
            Drop("no-route");
            return;
        }

        var encoded = packet.Encode();
        _links[next].Tell(new Link.SendTunnel(packet, encoded, packet.HopsLeft, new RelayQuota(OwnId, OwnId, next, encoded.Length)));
    }

    private void HandleNotSent(NotSent notSent)
    {
        var (packet, quota) = (notSent.Send.Packet, notSent.Send.Quota);
        if (quota.From != OwnId)
        {
            _limits.Sent([quota]);
            Refuse(quota.From, packet, TunnelRefusal.RelayBusy);
        }
        else if (_ways.TryGetValue(packet.Destination, out var way) && packet.Body.Length >= TunnelPacket.ProofLengthBytes)
        {
            way.Tunnel.Tell(new RelayedLink.Refused(TunnelRefusal.RelayBusy, packet.Body[^TunnelPacket.ProofLengthBytes..]));
        }
    }

    // The notice goes the way of any packet of ours; whether it arrives, the source notices by itself.
    private void Refuse(NodeId from, TunnelPacket packet, TunnelRefusal reason)
    {
        Drop(ReasonName.Of(reason));
        if (TunnelRefusalNotice.About(packet, reason) is { } notice && _limits.MayNotify(from, Now))
        {
            SendOwn(new TunnelPacket(
                TunnelPacketKind.Refused, (byte)_environment.Settings.Routing.HopLimit, OwnId, packet.Source, AvoidedNodes.None, notice.Encode()));
        }
    }

    private void Drop(string reason) => _environment.Counters.Add("tunnel.dropped." + reason);
}
