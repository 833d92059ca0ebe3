using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Tests.Handshake;

/// <summary>What a peer that lies puts into its proof: by default the honest content of its own parameters.</summary>
internal sealed record Forgery
{
    /// <summary>The role label inside the proof.</summary>
    public HandshakeRole? Role { get; init; }

    /// <summary>Whose certificates are shown.</summary>
    public CertificateChain? Chain { get; init; }

    /// <summary>Whose key signs.</summary>
    public INodeKey? Key { get; init; }

    /// <summary>Changes the plaintext of the proof before it is sealed with good keys.</summary>
    public Func<byte[], byte[]> OnProof { get; init; } = proof => proof;

    /// <summary>Changes the responder's hello.</summary>
    public Func<ResponderHello, ResponderHello> OnHello { get; init; } = hello => hello;
}

/// <summary>A peer that has keys and knows the protocol, and breaks one rule: what the wire alone cannot forge.</summary>
internal static class ForgedPeer
{
    /// <summary>Answers message 1.</summary>
    public static byte[] Answer(HandshakeParameters parameters, byte[] message1, Forgery forgery)
    {
        Assert.Null(InitiatorHello.TryDecode(message1, out var theirs));
        using var ephemeral = parameters.Identity.Curve.GenerateEphemeral(parameters.Random);
        var hello = forgery.OnHello(new ResponderHello(
            1, 1, 1, parameters.EncryptionEnabled, HandshakeSide.DrawNonce(parameters.Random), ephemeral.Public, parameters.Suites[0].Name, HandshakeSide.SuiteNames(parameters)));
        var clear = hello.Encode();
        var transcript = new HandshakeTranscript(SuiteHash.Sha256);
        transcript.Absorb(message1);
        transcript.Absorb(clear);
        using var keys = HandshakeSide.Agree(parameters.Suites[0], transcript, ephemeral, theirs!.Ephemeral)!;
        return [.. clear, .. keys.Seal(HandshakeRole.Responder, Proof(HandshakeRole.Responder, parameters, transcript, keys, forgery), clear)];
    }

    /// <summary>Starts as an initiator; the result finishes with a forged message 3.</summary>
    public static (byte[] Message1, Func<byte[], byte[]> Finish) Start(HandshakeParameters parameters, Forgery forgery)
    {
        var ephemeral = parameters.Identity.Curve.GenerateEphemeral(parameters.Random);
        var message1 = new InitiatorHello(
            1, 1, parameters.EncryptionEnabled, parameters.Identity.Curve.Name, HelloFields.NetworkHash(parameters.NetworkId),
            HelloFields.TlsHash(parameters.Tls, true), HandshakeSide.DrawNonce(parameters.Random), ephemeral.Public, HandshakeSide.SuiteNames(parameters)).Encode();
        return (message1, message2 => Finish(parameters, message1, message2, ephemeral, forgery));
    }

    private static byte[] Finish(HandshakeParameters parameters, byte[] message1, byte[] message2, IEphemeralKey ephemeral, Forgery forgery)
    {
        Assert.Null(ResponderHello.TryDecode(message2, out var hello, out var proof));
        var clear = message2.AsSpan(0, message2.Length - proof.Length);
        Assert.True(AeadSuites.TryFind(hello!.Suite, out var suite));
        var transcript = new HandshakeTranscript(suite.Hash);
        transcript.Absorb(message1);
        transcript.Absorb(clear);
        using var keys = HandshakeSide.Agree(suite, transcript, ephemeral, hello.Ephemeral)!;
        var opened = keys.Open(HandshakeRole.Responder, proof.Span, clear)!;
        transcript.Absorb(opened.AsSpan()[..^96]);
        transcript.Absorb(opened.AsSpan()[^96..^32]);
        transcript.Absorb(opened.AsSpan()[^32..]);
        var ours = Proof(HandshakeRole.Initiator, parameters, transcript, keys, forgery);
        return [3, .. keys.Seal(HandshakeRole.Initiator, ours, [3])];
    }

    private static byte[] Proof(HandshakeRole role, HandshakeParameters parameters, HandshakeTranscript transcript, HandshakeKeys keys, Forgery forgery)
    {
        var claim = new IdentityClaim(forgery.Role ?? role, parameters.Epoch, 0, forgery.Chain ?? parameters.Identity.Chain);
        return forgery.OnProof(IdentityProof.Make(claim, forgery.Key ?? parameters.Identity.Key, transcript, keys));
    }
}
