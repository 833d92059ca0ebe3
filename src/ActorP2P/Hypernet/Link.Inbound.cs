using System.Buffers;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Links;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tunnel;

namespace ActorP2P;

/// <content>What comes in: handshake frames, the link's own records, the namespaces' records.</content>
public sealed partial class Link
{
    /// <summary>What one message in another actor's mailbox costs beside its bytes, so that many small ones count too.</summary>
    private const int MessageBytes = 256;

    private void HandleFrames(FramesReceived received)
    {
        _pulse.SignOfLife(Steady);
        _environment.Counters.Add("link.received-bytes", received.Bytes);
        _parts.Figures.Received(received.Bytes);
        foreach (var frame in received.Frames)
        {
            if (!HandleFrame(frame))
            {
                break;
            }
        }

        _sessions?.Flush();
        _sink.Handled(received.Bytes);
        if (_pair is not null)
        {
            RenewKeys();
            _writer.Pump();
        }

        EndWhenExhausted();
    }

    /// <returns>False when the link is over and the rest of the read is not looked at.</returns>
    private bool HandleFrame(in Frame frame)
    {
        if (_pair is null)
        {
            HandleHandshake(frame);
            return _pair is not null || _endReason is null;
        }

        if (frame.Header.Kind != FrameKind.Record)
        {
            End("unexpected-handshake");
            return false;
        }

        if (frame.Header.Session == 0)
        {
            // Records before an offer belong to the session that it ends.
            _sessions!.Flush();
            return HandleLinkRecord(frame);
        }

        if (_remoteIsFinished || !_isConfirmed)
        {
            _environment.Counters.Add(_isConfirmed ? "link.dropped.draining" : "link.dropped.unconfirmed");
            return true;
        }

        return Perform(_sessions!.Take(frame));
    }

    private void HandleHandshake(in Frame frame)
    {
        if (!_weDialled && !_admission.MayCompute(AdmissionGate.SourceIp(_connection.RemoteEndpoint), _handshake.NextStep))
        {
            FailHandshake(CpuBudgetSpent, "Attempts that are not authenticated cost as much as they may.", refusedByUs: true);
            return;
        }

        switch (_handshake.Handle(frame, Now))
        {
            case LinkHandshake.Step.Answer answer:
                _writer.SendHandshake(answer.Frame);
                break;
            case LinkHandshake.Step.Failed failed:
                if (failed.OwnKeyEpoch is { } epoch)
                {
                    _hypernet.Tell(new Hypernet.OwnKeyMet(epoch, "a handshake"));
                }

                FailHandshake(failed.Reason, failed.Detail, refusedByUs: true);
                break;
            case LinkHandshake.Step.Done done:
                Begin(done);
                break;
        }
    }

    private bool HandleLinkRecord(in Frame frame)
    {
        var lane = frame.Header.Lane;
        if (lane is not (Lane.Control or Lane.Gossip or Lane.Request))
        {
            End("unexpected-lane");
            return false;
        }

        var verdict = _pair!.Link.Opener(lane).Open(frame, out var record);
        if (verdict != RecordVerdict.Opened)
        {
            End("record-" + ReasonName.Of(verdict));
            return false;
        }

        if (!_isProven)
        {
            Prove();
        }

        while (LinkEntries.TryRead(ref record, lane, out var entry, out var error))
        {
            if (!HandleEntry(entry))
            {
                return false;
            }
        }

        if (!record.IsEmpty)
        {
            // TryRead stops short of the end only on a malformed entry.
            End("malformed-entry");
            return false;
        }

        return true;
    }

    private bool HandleEntry(in LinkEntry entry)
    {
        switch (entry.Kind)
        {
            case LinkEntryKind.Ping when !_writer.Control.Pong(entry.Number):
                _environment.Counters.Add("link.dropped.pong-coalesced");
                return true;
            case LinkEntryKind.Beat:
                _pulse.Beat(Steady);
                return true;
            case LinkEntryKind.Pong:
                HandlePong(entry.Number);
                return true;
            case LinkEntryKind.Confirm:
                if (!_isConfirmed)
                {
                    _hypernet.Tell(new Hypernet.RemoteConfirmed(_connection.Id));
                    _isConfirmed = true;
                }

                return true;
            case LinkEntryKind.Offer or LinkEntryKind.Withdraw:
                NoteLiving();
                return _endReason is not null || Perform(_sessions!.Handle(entry));
            case LinkEntryKind.Goodbye:
                return HandleGoodbye(LinkEntries.Reason(entry));
            case LinkEntryKind.Topology or LinkEntryKind.TopologyPart:
                return HandleTopology(entry);
            case LinkEntryKind.Tunnel:
                return HandleTunnel(entry);
            case LinkEntryKind.Succession:
                return HandleSuccession(entry);
            default:
                return true;
        }
    }

    private void HandlePong(ulong number)
    {
        switch (_pulse.Pong(number, Steady))
        {
            case PongMeaning.ProbeAnswered:
                _hypernet.Tell(new Hypernet.ProbeAnswered(_connection.Id));
                break;
            case PongMeaning.RoundTrip:
                _parts.Figures.Measured(_pulse.RoundTrip!.Value);
                break;
            case PongMeaning.Unexpected:
                _environment.Counters.Add("link.dropped.unexpected-pong");
                break;
        }
    }

    private bool HandleGoodbye(string reason)
    {
        _remoteIsFinished = true;
        if (_endReason is null)
        {
            _sessions!.Flush();
            _log.Debug("{0} said goodbye: {1}", _pair!.RemoteId.ShortId, reason);
            End(RemoteGoodbye + reason);
        }

        return false;
    }

    private bool HandleTunnel(in LinkEntry entry)
    {
        if (_shaken is not null || !TunnelPacket.TryDecode(entry.Bytes, out var packet))
        {
            // Relays look before they hand on, so it was this remote that made it, whoever the source is said to be.
            End(_shaken is not null ? "unexpected-tunnel" : "malformed-tunnel");
            return false;
        }

        if (!_isConfirmed)
        {
            _environment.Counters.Add("link.dropped.unconfirmed");
            return true;
        }

        var charge = entry.Bytes.Length + MessageBytes;
        _sink.Handled(-charge);
        _parts.Tunnels.Tell(new TunnelRouter.PacketReceived(_pair!.RemoteId, packet, entry.Bytes, charge));
        return true;
    }

    private bool HandleTopology(in LinkEntry entry)
    {
        if (_shaken is not null)
        {
            End("unexpected-topology");
            return false;
        }

        if (entry.Bytes.Length > _environment.Settings.Link.LaneQueueBytes - _topologyParts.WrittenCount)
        {
            End("topology-overflow");
            return false;
        }

        if (entry.Kind == LinkEntryKind.TopologyPart)
        {
            _topologyParts.Write(entry.Bytes.Span);
        }
        else if (_topologyParts.WrittenCount == 0)
        {
            PassOn(entry.Bytes);
        }
        else
        {
            _topologyParts.Write(entry.Bytes.Span);
            PassOn(_topologyParts.WrittenMemory);
            _topologyParts = new ArrayBufferWriter<byte>();
        }

        return true;
    }

    // The topology verifies signatures, which is slower than a network: without the charge its mailbox would be the queue.
    private void PassOn(ReadOnlyMemory<byte> bytes)
    {
        var charge = bytes.Length + MessageBytes;
        _sink.Handled(-charge);
        _parts.Topology.Tell(new Topology.Received(_pair!.RemoteId, bytes, charge));
    }
}
