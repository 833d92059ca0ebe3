using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Handshake;

/// <summary>
/// The dialling side: message 1 out, message 2 in, message 3 and the session out. One reply only; the value is used up
/// by it. Disposing erases the ephemeral key.
/// </summary>
public sealed class HandshakeInitiator : IDisposable
{
    private readonly HandshakeParameters _parameters;
    private readonly IEphemeralKey _ephemeral;
    private readonly byte[] _nonce;
    private readonly byte[] _message1;
    private bool _usedUp;

    private HandshakeInitiator(HandshakeParameters parameters)
    {
        _parameters = parameters;
        _ephemeral = parameters.Identity.Curve.GenerateEphemeral(parameters.Random);
        _nonce = HandshakeSide.DrawNonce(parameters.Random);
        _message1 = new InitiatorHello(
            HandshakeLimits.Version,
            HandshakeLimits.Version,
            parameters.EncryptionEnabled,
            parameters.Identity.Curve.Name,
            HelloFields.NetworkHash(parameters.NetworkId),
            HelloFields.ChannelHash(parameters, weInitiate: true),
            _nonce,
            _ephemeral.Public,
            HandshakeSide.SuiteNames(parameters)).Encode();
    }

    /// <summary>The number drawn for this link; the far end sees it signed.</summary>
    public ulong LinkNonce { get; private set; }

    /// <summary>Begins a handshake. <paramref name="message1"/> is the body of the first frame.</summary>
    /// <exception cref="ArgumentException">The parameters name no suite, or too many.</exception>
    public static HandshakeInitiator Start(HandshakeParameters parameters, out byte[] message1)
    {
        HandshakeSide.CheckOwn(parameters);
        var initiator = new HandshakeInitiator(parameters);
        message1 = initiator._message1;
        return initiator;
    }

    /// <summary>Handles message 2: <see cref="HandshakeResult.Refused"/> or <see cref="HandshakeResult.Done"/>.</summary>
    /// <exception cref="InvalidOperationException">A reply was handled before.</exception>
    public HandshakeResult HandleReply(ReadOnlyMemory<byte> message2, DateTimeOffset now)
    {
        if (_usedUp)
        {
            throw new InvalidOperationException("A handshake takes one reply.");
        }

        _usedUp = true;
        try
        {
            return JudgeHello(message2, out var hello, out var suite, out var proof)
                ?? Finish(hello!, suite!, message2[..^proof.Length], proof, now);
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
        _ephemeral.Dispose();
    }

    private HandshakeResult.Refused? JudgeHello(ReadOnlyMemory<byte> message2, out ResponderHello? hello, out AeadSuite? suite, out ReadOnlyMemory<byte> proof)
    {
        hello = null;
        suite = null;
        proof = default;
        if (message2.Length > _parameters.MaxMessageBytes)
        {
            return new HandshakeResult.Refused(HandshakeRefusal.TooLarge, $"message 2 has {message2.Length} bytes");
        }

        if (message2.Span.SequenceEqual(_message1))
        {
            return new HandshakeResult.Refused(HandshakeRefusal.Reflected, "message 1 came back");
        }

        if (ResponderHello.TryDecode(message2, out hello, out proof) is { } refusal)
        {
            return new HandshakeResult.Refused(refusal, "message 2 is not one that we understand");
        }

        if (hello!.Ephemeral == _ephemeral.Public || hello.Nonce.Span.SequenceEqual(_nonce))
        {
            return new HandshakeResult.Refused(HandshakeRefusal.Reflected, "our own ephemeral key or nonce came back");
        }

        if (hello.EncryptionEnabled != _parameters.EncryptionEnabled)
        {
            return HandshakeSide.EncryptionMismatch(_parameters);
        }

        return JudgeSuite(hello, out suite)
            ?? (_parameters.Identity.Curve.IsValidPoint(hello.Ephemeral)
                ? null
                : new HandshakeResult.Refused(HandshakeRefusal.InvalidPoint, "the ephemeral key is not on the curve"));
    }

    // The responder's own order decides, and it sent that order: so its choice can be checked, not only believed.
    private HandshakeResult.Refused? JudgeSuite(ResponderHello hello, out AeadSuite? suite)
    {
        var expected = hello.Suites.FirstOrDefault(name => HandshakeSide.SuiteNames(_parameters).Contains(name));
        suite = _parameters.Suites.FirstOrDefault(candidate => candidate.Name == hello.Suite);
        if (expected is null || suite is null)
        {
            return new HandshakeResult.Refused(HandshakeRefusal.NoCommonSuite, "the answer names no suite that we offered");
        }

        return hello.Suite == expected
            ? null
            : new HandshakeResult.Refused(HandshakeRefusal.Downgraded, $"suite {hello.Suite} was chosen where both prefer {expected}");
    }

    private HandshakeResult Finish(ResponderHello hello, AeadSuite suite, ReadOnlyMemory<byte> clear, ReadOnlyMemory<byte> proof, DateTimeOffset now)
    {
        var transcript = new HandshakeTranscript(suite.Hash);
        transcript.Absorb(_message1);
        transcript.Absorb(clear.Span);
        using var keys = HandshakeSide.Agree(suite, transcript, _ephemeral, hello.Ephemeral);
        if (keys is null)
        {
            return new HandshakeResult.Refused(HandshakeRefusal.InvalidPoint, "the ephemeral key is not on the curve");
        }

        var opened = keys.Open(HandshakeRole.Responder, proof.Span, clear.Span);
        if (opened is null)
        {
            return new HandshakeResult.Refused(HandshakeRefusal.Tampered, "message 2 does not open");
        }

        var refused = IdentityProof.Judge(HandshakeRole.Responder, opened, _parameters, transcript, keys, now, out var remote);
        if (refused is not null)
        {
            return refused;
        }

        LinkNonce = _parameters.Random.NextUInt64();
        var claim = new IdentityClaim(HandshakeRole.Initiator, _parameters.Epoch, LinkNonce, _parameters.Identity.Chain);
        var ours = IdentityProof.Make(claim, _parameters.Identity.Key, transcript, keys);
        byte[] type = [(byte)HandshakeMessageType.InitiatorProof];
        byte[] message3 = [.. type, .. keys.Seal(HandshakeRole.Initiator, ours, type)];
        return new HandshakeResult.Done(message3, HandshakeSide.Session(_parameters, suite, keys, transcript, remote!, weInitiated: true));
    }
}
