using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Tests.Identity;

namespace ActorP2P.Protocol.Tests.Handshake;

/// <summary>Two nodes and the messages between them, in the manner of quinn's and snow's pairs: no transport, no clock.</summary>
internal sealed class HandshakePair
{
    private static readonly Lazy<(NodeIdentity Alice, NodeIdentity Bob)> Members = new(() => (TestPki.P256.Node("alice"), TestPki.P256.Node("bob")));

    public static NodeIdentity Alice => Members.Value.Alice;

    public static NodeIdentity Bob => Members.Value.Bob;

    public static DateTimeOffset Now => TestPki.Now;

    /// <summary>The defaults of reference.conf.</summary>
    public static RekeySettings Rekey { get; } = new(1 << 24, 1 << 20, 1 << 30, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));

    public static HandshakeParameters Parameters(NodeIdentity identity, int seed) => new()
    {
        Identity = identity,
        Validator = identity.Validator,
        NetworkId = "test network",
        Epoch = 1000UL + (ulong)seed,
        Suites = [AeadSuites.Aes128Gcm, AeadSuites.Aes256Gcm, AeadSuites.ChaCha20Poly1305],
        EncryptionEnabled = true,
        Tls = null,
        Random = new SeededRandom(seed),
        MaxMessageBytes = 16384,
        Rekey = Rekey,
    };

    public static HandshakeParameters AliceParameters(int seed = 11) => Parameters(Alice, seed);

    public static HandshakeParameters BobParameters(int seed = 12) => Parameters(Bob, seed);

    /// <summary>Runs all three messages, each through a hook that may change it. The first refusal ends it.</summary>
    public static HandshakeOutcome Run(
        HandshakeParameters initiator,
        HandshakeParameters responder,
        Func<byte[], byte[]>? onMessage1 = null,
        Func<byte[], byte[]>? onMessage2 = null,
        Func<byte[], byte[]>? onMessage3 = null)
    {
        using var start = HandshakeInitiator.Start(initiator, out var message1);
        var accepted = HandshakeResponder.Accept(responder, onMessage1?.Invoke(message1) ?? message1, Now);
        if (accepted is HandshakeResult.Refused refusedAtOne)
        {
            return new HandshakeOutcome(1, refusedAtOne, null, null);
        }

        var awaiting = (HandshakeResult.Awaiting)accepted;
        using var next = awaiting.Next;
        var replied = start.HandleReply(onMessage2?.Invoke(awaiting.Message2) ?? awaiting.Message2, Now);
        if (replied is HandshakeResult.Refused refusedAtTwo)
        {
            return new HandshakeOutcome(2, refusedAtTwo, null, null);
        }

        var done = (HandshakeResult.Done)replied;
        var finished = next.HandleFinish(onMessage3?.Invoke(done.Message3!) ?? done.Message3!, Now);
        return finished is HandshakeResult.Refused refusedAtThree
            ? new HandshakeOutcome(3, refusedAtThree, done.Session, null)
            : new HandshakeOutcome(0, null, done.Session, ((HandshakeResult.Done)finished).Session);
    }

    public static (PairSession Initiator, PairSession Responder) Sessions(bool encryption = true, AeadSuite? suite = null, RekeySettings? rekey = null)
    {
        var suites = suite is null ? AliceParameters().Suites : [suite];
        var outcome = Run(
            AliceParameters() with { EncryptionEnabled = encryption, Suites = suites, Rekey = rekey ?? Rekey },
            BobParameters() with { EncryptionEnabled = encryption, Suites = suites, Rekey = rekey ?? Rekey });
        return (outcome.Initiator!, outcome.Responder!);
    }
}

/// <summary>Where a handshake ended: 0 is success, otherwise the number of the message that was refused.</summary>
internal sealed record HandshakeOutcome(int RefusedMessage, HandshakeResult.Refused? Refusal, PairSession? Initiator, PairSession? Responder);
