using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tunnel;

namespace ActorP2P;

/// <summary>Carries out what the handshake and the stream of a tunnel decided.</summary>
internal sealed partial class RelayedLink
{
    // Handshakes to come show and trust what a reload brought. After a change of this node's key the tunnel is the former one's, and ends as it began.
    private void FollowTrust()
    {
        var current = _environment.Trust.Current;
        if (!ReferenceEquals(_trust, current) && _trust.Identity.Id == current.Identity.Id)
        {
            _trust = current;
            _handshake.Use(Parameters);
        }
    }

    // A handshake that began before a reload was judged by what was in force then.
    private bool IsRefused(PairSession session)
    {
        if (_environment.Trust.Validator.Validate(session.RemoteChain, Date) is not CertificateVerdict.Refused refused)
        {
            return false;
        }

        session.Dispose();
        Fail("certificate-" + ReasonName.Of(refused.Reason));
        return true;
    }

    private void Perform()
    {
        while (!_isOver && (_handshakeEffects.Count > 0 || _streamEffects.Count > 0))
        {
            var (handshake, stream) = (_handshakeEffects.ToArray(), _streamEffects.ToArray());
            _handshakeEffects.Clear();
            _streamEffects.Clear();
            foreach (var effect in stream)
            {
                Perform(effect);
            }

            foreach (var effect in handshake)
            {
                Perform(effect);
            }
        }

        _stream?.ReportWritten();
        if (_stream is { IsClosing: true } && _stream.Core.IsDone && !_handshake.IsUnderWay)
        {
            Fail(_endReason);
        }
    }

    private void Perform(TunnelHandshakeEffect effect)
    {
        switch (effect)
        {
            case TunnelHandshakeEffect.Send send:
                Send(send.Kind, send.Body);
                break;
            case TunnelHandshakeEffect.Unanswered when _stream is { IsProven: true, IsClosing: false }:
                // Anybody can repeat a Hello in the far side's name. Whether the way works, the stream notices by itself.
                break;
            case TunnelHandshakeEffect.Unanswered:
                Context.Parent.Tell(new TunnelRouter.WayFails(_remote));
                break;
            case TunnelHandshakeEffect.Established established:
                Begin(established.Session);
                break;
            case TunnelHandshakeEffect.Failed failed when _stream is null or { IsProven: false } or { IsClosing: true }:
                Fail(ReasonName.Of(failed.Reason));
                break;
            case TunnelHandshakeEffect.Failed:
                _environment.Counters.Add("tunnel.renewal-failed");
                break;
            case TunnelHandshakeEffect.Dropped dropped:
                _environment.Counters.Add("tunnel.handshake-dropped." + ReasonName.Of(dropped.Reason));
                break;
        }
    }

    private void Perform(TunnelStreamEffect effect)
    {
        if (_stream is null)
        {
            return;
        }

        switch (effect)
        {
            case TunnelStreamEffect.Send send when _stream.Cipher.Exhausted:
                End("session-exhausted");
                break;
            case TunnelStreamEffect.Send send:
                Send(TunnelPacketKind.Sealed, _stream.Cipher.Seal(send.Segment));
                break;
            case TunnelStreamEffect.Received received:
                _stream.Receive(received.Frames, Now);
                break;
            case TunnelStreamEffect.Stalled:
                _hasStalled = true;
                Context.Parent.Tell(new TunnelRouter.WayFails(_remote));
                break;
            case TunnelStreamEffect.Progressed when _hasStalled:
                _hasStalled = false;
                Context.Parent.Tell(new TunnelRouter.WayWorks(_remote));
                break;
            case TunnelStreamEffect.Ended:
                End("closed-by-remote");
                break;
            case TunnelStreamEffect.Fatal fatal:
                _environment.Counters.Add("tunnel.fatal." + fatal.Reason);
                End(fatal.Reason);
                break;
        }
    }
}
