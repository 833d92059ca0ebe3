using System.Text;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace ActorP2P.AkkaRemoting;

/// <summary>What comes from other nodes. The runtime has authenticated the origin; everything else is a claim.</summary>
internal sealed partial class RemotingGate
{
    private void HandleDelivery(Delivery delivery)
    {
        if (!RemotingWire.TryRead(delivery.Payload, out var kind, out var openedBySender, out var id, out var body))
        {
            Count("malformed");
            return;
        }

        var key = new AssociationKey(delivery.Origin, id, OpenedByUs: !openedBySender);
        switch (kind)
        {
            case RemotingKind.Associate when openedBySender:
                Accept(key, body);
                break;
            case RemotingKind.Accepted when !openedBySender:
                Complete(key);
                break;
            case RemotingKind.Refused when !openedBySender:
                FailOpening(key, $"refused: {Printable(body)}");
                break;
            case RemotingKind.Control when delivery.Type == PduType && !_handles.ContainsKey(key):
                // The first of the two was the goodbye and has ended the association.
                break;
            case RemotingKind.Pdus or RemotingKind.Control or RemotingKind.Pulse:
                HandlePdus(kind, key, body);
                break;
            case RemotingKind.Disassociated:
                // The ordered lane brought it, so everything that was written before has come and was handed on.
                Drop(key, "the other side ended it");
                break;
            default:
                Count("malformed");
                break;
        }
    }

    private void Accept(AssociationKey key, ReadOnlyMemory<byte> claim)
    {
        if (_handles.ContainsKey(key))
        {
            // Asked again because the first asking seemed lost.
            Tell(PduType, key, RemotingWire.Compose(RemotingKind.Accepted, key));
            return;
        }

        if (_listener is null || _leaving is not null)
        {
            Refuse(key, "not-listening");
        }
        else if (claim.Length > RemotingWire.MaxTextBytes || !Address.TryParse(Encoding.UTF8.GetString(claim.Span), out var remote) || !BelongsTo(remote.Host, key))
        {
            _log.Warning("{0} claims an address that is not its own; refused", key.Remote.ShortId);
            Refuse(key, "forged-address");
        }
        else if (_handles.Keys.Count(held => held.Remote == key.Remote) >= _settings.MaxAssociationsPerNode)
        {
            Refuse(key, "too-many-associations");
        }
        else
        {
            var handle = new P2PAssociationHandle(_local, remote.WithProtocol(P2PTransport.Scheme), key, Self, _settings);
            _handles.Add(key, handle);
            Tell(PduType, key, RemotingWire.Compose(RemotingKind.Accepted, key));
            _listener.Notify(new InboundAssociation(handle));
        }
    }

    private void Complete(AssociationKey key)
    {
        if (_opening.Remove(key, out var wanted))
        {
            Timers.Cancel(key);
            var handle = new P2PAssociationHandle(_local, wanted.Remote, key, Self, _settings);
            _handles.Add(key, handle);
            wanted.Answer.TrySetResult(handle);
        }
    }

    private void HandlePdus(RemotingKind kind, AssociationKey key, ReadOnlyMemory<byte> body)
    {
        if (!_handles.TryGetValue(key, out var handle))
        {
            // It may be one of this system's former life: the far side would keep it until its failure detector speaks.
            Count("unknown-association");
            Tell(PduType, key, RemotingWire.Compose(RemotingKind.Disassociated, key));
            return;
        }

        switch (kind)
        {
            case RemotingKind.Pulse when AkkaPdu.Classify(body.Span, out _) == AkkaPduKind.Heartbeat:
                HandlePdu(handle, body);
                break;
            case RemotingKind.Control when RemotingWire.TryReadControl(body, out var controlsBefore, out var payloadsBefore, out var pdu):
                Advance(handle, handle.Order.AddControl(controlsBefore, payloadsBefore, pdu));
                break;
            case RemotingKind.Pdus when RemotingWire.TryReadPdus(body, out var before, out var pdus):
                Advance(handle, handle.Order.AddBatch(before, pdus));
                break;
            default:
                EndFor(key, "malformed");
                break;
        }
    }

    private void Advance(P2PAssociationHandle handle, bool isInBounds)
    {
        if (!isInBounds)
        {
            EndFor(handle.Key, "out-of-order");
        }

        while (_handles.ContainsKey(handle.Key) && handle.Order.TryTake(out var isControl, out var content))
        {
            if (isControl)
            {
                HandlePdu(handle, content);
            }
            else
            {
                HandleBatch(handle, content);
            }
        }
    }

    private void HandleBatch(P2PAssociationHandle handle, ReadOnlyMemory<byte> pdus)
    {
        while (_handles.ContainsKey(handle.Key) && RemotingWire.TryTakePdu(ref pdus, out var pdu))
        {
            handle.Order.Count();
            HandlePdu(handle, pdu);
        }

        if (pdus.Length > 0 && _handles.ContainsKey(handle.Key))
        {
            EndFor(handle.Key, "malformed");
        }
    }

    private void HandlePdu(P2PAssociationHandle handle, ReadOnlyMemory<byte> pdu)
    {
        var key = handle.Key;
        var kind = AkkaPdu.Classify(pdu.Span, out var claimedHost);
        if (kind == AkkaPduKind.Malformed)
        {
            EndFor(key, "malformed");
        }
        else if (kind == AkkaPduKind.Associate && !BelongsTo(claimedHost, key))
        {
            _log.Warning("{0} speaks for {1}; its association ends", key.Remote.ShortId, claimedHost);
            EndFor(key, "forged-address");
        }
        else if (handle.EarlyBytes > _settings.QueueBytes)
        {
            EndFor(key, "not-read");
        }
        else
        {
            // The opened record belongs to the garbage collector and nobody writes to it: no copy.
            handle.Notify(new InboundPayload(UnsafeByteOperations.UnsafeWrap(pdu)), pdu.Length);
        }
    }

    private void EndFor(AssociationKey key, string reason)
    {
        Count(reason);
        Tell(PduType, key, RemotingWire.Compose(RemotingKind.Disassociated, key));
        Drop(key, reason);
    }

    private void Refuse(AssociationKey key, string reason)
    {
        Count(reason);
        Tell(PduType, key, RemotingWire.Compose(RemotingKind.Refused, key, reason));
    }

    private static bool BelongsTo(string? host, AssociationKey key) => NodeAddress.TryGetNode(host, out var node) && node == key.Remote;

    private void Count(string reason) => _environment.Counters.Add("akka.refused." + reason);

    private static string Printable(ReadOnlyMemory<byte> text) =>
        text.Length <= RemotingWire.MaxTextBytes && Ascii.IsValid(text.Span) ? Encoding.ASCII.GetString(text.Span) : "no reason";
}
