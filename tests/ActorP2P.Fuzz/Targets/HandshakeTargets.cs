using ActorP2P.Fuzz.Engine;
using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Tests.Handshake;
using ActorP2P.Protocol.Tests.Identity;
using static ActorP2P.Fuzz.Engine.PromiseBrokenException;

namespace ActorP2P.Fuzz.Targets;

/// <summary>
/// The accepting side. The first byte of an input says what the rest is: message 1, message 3 as it comes from the wire,
/// or the plaintext of the proof in a message 3 that is sealed with good keys.
/// </summary>
internal sealed class HandshakeResponderTarget : FuzzTarget
{
    private static readonly Lazy<NodeIdentity> Mallory = new(() => TestPki.P256.Node("mallory"));

    public override string Name => "handshake-responder";

    public override string About => "HandshakeResponder: message 1, message 3, and proofs forged under good keys";

    public override long AllocationBaseBytes => 512 * 1024;

    public override long AllocationFactor => 64;

    public override IEnumerable<byte[]> Seeds()
    {
        byte[] first = [], third = [], proof = [];
        HandshakePair.Run(HandshakePair.AliceParameters(), HandshakePair.BobParameters(), onMessage1: bytes => first = bytes, onMessage3: bytes => third = bytes);
        Forge(honest => proof = honest);
        return [[0, .. first], [1, .. third], [2, .. proof]];
    }

    public override void Run(byte[] input)
    {
        var bytes = input.Length == 0 ? input : input[1..];
        switch (input.Length == 0 ? 0 : input[0] % 3)
        {
            case 0:
                var accepted = HandshakeResponder.Accept(HandshakePair.BobParameters(), bytes, HandshakePair.Now);
                (accepted as HandshakeResult.Awaiting)?.Next.Dispose();
                Unless(accepted is HandshakeResult.Awaiting or HandshakeResult.Refused, "message 1 alone makes no session");
                break;
            case 1:
                byte[] honest = [];
                var outcome = HandshakePair.Run(HandshakePair.AliceParameters(), HandshakePair.BobParameters(), onMessage3: message =>
                {
                    honest = message;
                    return bytes;
                });
                Unless(outcome.Responder is null || bytes.AsSpan().SequenceEqual(honest), "only the honest message 3 makes a session");
                break;
            default:
                byte[] own = [];
                var session = Forge(proof =>
                {
                    own = proof;
                    return bytes;
                });
                Unless(session is not HandshakeResult.Done done || (bytes.AsSpan().SequenceEqual(own) && done.Session.RemoteId == Mallory.Value.Id), "only an honest proof makes a session, for its own identity");
                break;
        }
    }

    private static HandshakeResult Forge(Func<byte[], byte[]> onProof)
    {
        var (message1, finish) = ForgedPeer.Start(HandshakePair.Parameters(Mallory.Value, 77), new Forgery { OnProof = onProof });
        var accepted = (HandshakeResult.Awaiting)HandshakeResponder.Accept(HandshakePair.BobParameters(), message1, HandshakePair.Now);
        using var next = accepted.Next;
        return next.HandleFinish(finish(accepted.Message2), HandshakePair.Now);
    }
}

/// <summary>The dialling side: message 2 as it comes from the wire, or the plaintext of the proof inside it.</summary>
internal sealed class HandshakeInitiatorTarget : FuzzTarget
{
    private const int SignatureAndFinishedBytes = 64 + 32;

    private static readonly Lazy<NodeIdentity> Mallory = new(() => TestPki.P256.Node("mallory"));

    public override string Name => "handshake-initiator";

    public override string About => "HandshakeInitiator: message 2, and proofs forged under good keys";

    public override long AllocationBaseBytes => 512 * 1024;

    public override long AllocationFactor => 64;

    public override IEnumerable<byte[]> Seeds()
    {
        byte[] second = [], proof = [];
        HandshakePair.Run(HandshakePair.AliceParameters(), HandshakePair.BobParameters(), onMessage2: bytes => second = bytes);
        Forge(honest => proof = honest);
        return [[0, .. second], [1, .. proof]];
    }

    public override void Run(byte[] input)
    {
        var bytes = input.Length == 0 ? input : input[1..];
        if (input.Length == 0 || input[0] % 2 == 0)
        {
            var session = HandshakePair.Run(HandshakePair.AliceParameters(), HandshakePair.BobParameters(), onMessage2: _ => bytes).Initiator;
            Unless(session is null || session.RemoteId == HandshakePair.Bob.Id, "an answer makes a session with its signer only");
            return;
        }

        byte[] honest = [];
        var forged = Forge(proof =>
        {
            honest = proof;
            return bytes;
        });
        // Signatures draw their own randomness, so a seed's signature is another valid one; all before it is fixed.
        Unless(
            forged is not HandshakeResult.Done done
                || (done.Session.RemoteId == Mallory.Value.Id && bytes.AsSpan()[..^SignatureAndFinishedBytes].SequenceEqual(honest.AsSpan()[..^SignatureAndFinishedBytes])),
            "only an honest proof makes a session, for its own identity");
    }

    private static HandshakeResult Forge(Func<byte[], byte[]> onProof)
    {
        using var alice = HandshakeInitiator.Start(HandshakePair.AliceParameters(), out var message1);
        var message2 = ForgedPeer.Answer(HandshakePair.Parameters(Mallory.Value, 78), message1, new Forgery { OnProof = onProof });
        return alice.HandleReply(message2, HandshakePair.Now);
    }
}
