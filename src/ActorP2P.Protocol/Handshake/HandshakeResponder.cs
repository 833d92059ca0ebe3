using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Handshake;

/// <summary>
/// The accepting side: message 1 in, message 2 out, message 3 in, the session out. It exists only while message 3 is
/// due, and is used up by it. Before message 3 one key, one agreement and one signature are spent, after all cheap checks.
/// </summary>
public sealed class HandshakeResponder : IDisposable
{
    private readonly HandshakeParameters _parameters;
    private readonly AeadSuite _suite;
    private readonly HandshakeTranscript _transcript;
    private readonly HandshakeKeys _keys;
    private readonly byte[] _message2;
    private bool _usedUp;

    private HandshakeResponder(HandshakeParameters parameters, AeadSuite suite, HandshakeTranscript transcript, HandshakeKeys keys, byte[] clear)
    {
        _parameters = parameters;
        _suite = suite;
        _transcript = transcript;
        _keys = keys;
        LinkNonce = parameters.Random.NextUInt64();
        var claim = new IdentityClaim(HandshakeRole.Responder, parameters.Epoch, LinkNonce, parameters.Identity.Chain);
        var proof = IdentityProof.Make(claim, parameters.Identity.Key, transcript, keys);
        _message2 = [.. clear, .. keys.Seal(HandshakeRole.Responder, proof, clear)];
    }

    /// <summary>The number drawn for this link; the far end sees it signed.</summary>
    public ulong LinkNonce { get; }

    /// <summary>Handles message 1: <see cref="HandshakeResult.Refused"/> or <see cref="HandshakeResult.Awaiting"/>.</summary>
    /// <exception cref="ArgumentException">The parameters name no suite, or too many.</exception>
    public static HandshakeResult Accept(HandshakeParameters parameters, ReadOnlyMemory<byte> message1, DateTimeOffset now)
    {
        HandshakeSide.CheckOwn(parameters);
        if (parameters.Identity.NotAfter < now)
        {
            return new HandshakeResult.Refused(HandshakeRefusal.OwnCertificateEnded, $"our own certificate ended {parameters.Identity.NotAfter:u}");
        }

        var refused = JudgeHello(parameters, message1, out var hello, out var suite);
        return refused ?? Answer(parameters, message1, hello!, suite!);
    }

    /// <summary>
    /// True when message 3 was sealed by who sent message 1. It uses nothing up: where anybody on the way can send a message 3,
    /// only such a one is to be handled.
    /// </summary>
    internal bool IsSealedByInitiator(ReadOnlyMemory<byte> message3) =>
        !_usedUp
        && message3.Length > 0
        && message3.Length <= _parameters.MaxMessageBytes
        && _keys.Open(HandshakeRole.Initiator, message3.Span[1..], message3.Span[..1]) is not null;

    /// <summary>Handles message 3: <see cref="HandshakeResult.Refused"/> or <see cref="HandshakeResult.Done"/>.</summary>
    /// <exception cref="InvalidOperationException">A message was handled before.</exception>
    public HandshakeResult HandleFinish(ReadOnlyMemory<byte> message3, DateTimeOffset now)
    {
        if (_usedUp)
        {
            throw new InvalidOperationException("A handshake takes one finish.");
        }

        _usedUp = true;
        try
        {
            return JudgeProof(message3, now);
        }
        finally
        {
            Dispose();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _usedUp = true;
        _keys.Dispose();
    }

    private static HandshakeResult.Refused? JudgeHello(HandshakeParameters parameters, ReadOnlyMemory<byte> message1, out InitiatorHello? hello, out AeadSuite? suite)
    {
        hello = null;
        suite = null;
        if (message1.Length > parameters.MaxMessageBytes)
        {
            return new HandshakeResult.Refused(HandshakeRefusal.TooLarge, $"message 1 has {message1.Length} bytes");
        }

        if (InitiatorHello.TryDecode(message1, out hello) is { } refusal)
        {
            return new HandshakeResult.Refused(refusal, "message 1 is not one that we understand");
        }

        if (!hello!.NetworkHash.Span.SequenceEqual(HelloFields.NetworkHash(parameters.NetworkId)))
        {
            return new HandshakeResult.Refused(HandshakeRefusal.WrongNetwork, "the remote belongs to another network");
        }

        if (hello.Curve != parameters.Identity.Curve.Name)
        {
            return new HandshakeResult.Refused(HandshakeRefusal.WrongCurve, $"the remote uses curve {hello.Curve}, this network {parameters.Identity.Curve.Name}");
        }

        if (hello.EncryptionEnabled != parameters.EncryptionEnabled)
        {
            return HandshakeSide.EncryptionMismatch(parameters);
        }

        if (!hello.TlsHash.Span.SequenceEqual(HelloFields.ChannelHash(parameters, weInitiate: false)))
        {
            return new HandshakeResult.Refused(HandshakeRefusal.TlsMismatch, "the remote sees another TLS connection, or none");
        }

        var offered = hello.Suites;
        suite = parameters.Suites.FirstOrDefault(candidate => offered.Contains(candidate.Name));
        if (suite is null)
        {
            return new HandshakeResult.Refused(HandshakeRefusal.NoCommonSuite, $"the remote offers {string.Join(", ", offered)}");
        }

        return parameters.Identity.Curve.IsValidPoint(hello.Ephemeral)
            ? null
            : new HandshakeResult.Refused(HandshakeRefusal.InvalidPoint, "the ephemeral key is not on the curve");
    }

    private static HandshakeResult Answer(HandshakeParameters parameters, ReadOnlyMemory<byte> message1, InitiatorHello hello, AeadSuite suite)
    {
        using var ephemeral = parameters.Identity.Curve.GenerateEphemeral(parameters.Random);
        var clear = new ResponderHello(
            HandshakeLimits.Version,
            HandshakeLimits.Version,
            HandshakeLimits.Version,
            parameters.EncryptionEnabled,
            HandshakeSide.DrawNonce(parameters.Random),
            ephemeral.Public,
            suite.Name,
            HandshakeSide.SuiteNames(parameters)).Encode();
        var transcript = new HandshakeTranscript(suite.Hash);
        transcript.Absorb(message1.Span);
        transcript.Absorb(clear);
        var keys = HandshakeSide.Agree(suite, transcript, ephemeral, hello.Ephemeral);
        if (keys is null)
        {
            return new HandshakeResult.Refused(HandshakeRefusal.InvalidPoint, "the ephemeral key is not on the curve");
        }

        var responder = new HandshakeResponder(parameters, suite, transcript, keys, clear);
        return new HandshakeResult.Awaiting(responder._message2, responder);
    }

    private HandshakeResult JudgeProof(ReadOnlyMemory<byte> message3, DateTimeOffset now)
    {
        if (message3.Length > _parameters.MaxMessageBytes)
        {
            return new HandshakeResult.Refused(HandshakeRefusal.TooLarge, $"message 3 has {message3.Length} bytes");
        }

        if (message3.Span.SequenceEqual(_message2))
        {
            return new HandshakeResult.Refused(HandshakeRefusal.Reflected, "message 2 came back");
        }

        if (message3.Length == 0 || message3.Span[0] != (byte)HandshakeMessageType.InitiatorProof)
        {
            var reason = message3.Length == 0 ? HandshakeRefusal.Malformed : HelloFields.OtherType(message3.Span[0]);
            return new HandshakeResult.Refused(reason, "message 3 was due");
        }

        var opened = _keys.Open(HandshakeRole.Initiator, message3.Span[1..], message3.Span[..1]);
        if (opened is null)
        {
            return new HandshakeResult.Refused(HandshakeRefusal.Tampered, "message 3 does not open");
        }

        var refused = IdentityProof.Judge(HandshakeRole.Initiator, opened, _parameters, _transcript, _keys, now, out var remote);
        return refused is not null
            ? refused
            : new HandshakeResult.Done(null, HandshakeSide.Session(_parameters, _suite, _keys, _transcript, remote!, weInitiated: false));
    }
}
