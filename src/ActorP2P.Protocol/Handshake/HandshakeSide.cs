using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Handshake;

/// <summary>The steps that initiator and responder have in common.</summary>
internal static class HandshakeSide
{
    public static void CheckOwn(HandshakeParameters parameters)
    {
        if (parameters.Suites.Count is 0 or > HandshakeLimits.MaxSuites)
        {
            throw new ArgumentException($"A node offers 1 to {HandshakeLimits.MaxSuites} suites.", nameof(parameters));
        }

        if (parameters.IsTunnel && (parameters.ExpectedRemoteId is null || parameters.Tls is not null))
        {
            throw new ArgumentException("A handshake through relays names its far end, and has no TLS below.", nameof(parameters));
        }
    }

    public static string[] SuiteNames(HandshakeParameters parameters) => [.. parameters.Suites.Select(suite => suite.Name)];

    public static byte[] DrawNonce(IRandomSource random)
    {
        var nonce = new byte[HandshakeLimits.NonceLengthBytes];
        random.Fill(nonce);
        return nonce;
    }

    /// <summary>The keys of this handshake; null when the remote's point is none.</summary>
    public static HandshakeKeys? Agree(AeadSuite suite, HandshakeTranscript transcript, IEphemeralKey ours, NodeId theirs)
    {
        using var shared = new SecretBytes(IdentityCurve.SharedSecretLengthBytes);
        return ours.TryAgree(theirs, shared.Span) ? new HandshakeKeys(suite, transcript.Value, shared.Span) : null;
    }

    public static PairSession Session(
        HandshakeParameters parameters,
        AeadSuite suite,
        HandshakeKeys keys,
        HandshakeTranscript transcript,
        RemoteNode remote,
        bool weInitiated)
    {
        var terms = new SessionTerms(remote.Id, weInitiated, suite, parameters.EncryptionEnabled, parameters.Rekey, parameters.Identity.Curve, parameters.Random);
        return new PairSession(keys.PairSecret(transcript.Value), terms, remote);
    }

    public static HandshakeResult.Refused EncryptionMismatch(HandshakeParameters parameters) => new(
        HandshakeRefusal.EncryptionMismatch,
        parameters.EncryptionEnabled ? "we seal records and the remote does not" : "the remote seals records and we do not");
}
