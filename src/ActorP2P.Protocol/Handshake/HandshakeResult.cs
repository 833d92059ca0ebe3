using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Handshake;

/// <summary>Why a handshake ended without a session. Nothing is sent about it: the connection is closed.</summary>
public enum HandshakeRefusal
{
    /// <summary>The bytes are no handshake message.</summary>
    Malformed,

    /// <summary>The message is longer than allowed.</summary>
    TooLarge,

    /// <summary>A handshake message, but not the one that is due.</summary>
    OutOfOrder,

    /// <summary>No protocol version in common.</summary>
    WrongVersion,

    /// <summary>The remote belongs to another network.</summary>
    WrongNetwork,

    /// <summary>The remote's network uses another identity curve.</summary>
    WrongCurve,

    /// <summary>No suite in common.</summary>
    NoCommonSuite,

    /// <summary>The answer is not what the best common choice would be.</summary>
    Downgraded,

    /// <summary>One side seals records and the other does not.</summary>
    EncryptionMismatch,

    /// <summary>The remote sees another TLS connection below than we do, or none.</summary>
    TlsMismatch,

    /// <summary>Our own message or ephemeral key came back.</summary>
    Reflected,

    /// <summary>The ephemeral key is not a point of the curve.</summary>
    InvalidPoint,

    /// <summary>The sealed part does not open: changed on the way, replayed, or made for another handshake.</summary>
    Tampered,

    /// <summary>The proof is for the other role.</summary>
    WrongRole,

    /// <summary>The certificates prove no membership; see <see cref="HandshakeResult.Refused.Certificate"/>.</summary>
    CertificateRefused,

    /// <summary>A member, but not the one that was dialled.</summary>
    UnexpectedIdentity,

    /// <summary>Our own certificate has ended: everybody would refuse us, so nothing is spent.</summary>
    OwnCertificateEnded,

    /// <summary>The remote has our own identity: we reached ourselves, or two nodes share one key.</summary>
    SelfConnection,

    /// <summary>The signature over the transcript does not verify.</summary>
    BadSignature,

    /// <summary>The Finished MAC does not fit: the identity is not bound to this key exchange.</summary>
    BadFinished,
}

/// <summary>What handling a handshake message came to.</summary>
public abstract record HandshakeResult
{
    private HandshakeResult()
    {
    }

    /// <summary>The handshake is over, without a session.</summary>
    /// <param name="Reason">The typed reason.</param>
    /// <param name="Detail">One line for people; no secrets.</param>
    public sealed record Refused(HandshakeRefusal Reason, string Detail) : HandshakeResult
    {
        /// <summary>With <see cref="HandshakeRefusal.CertificateRefused"/>, why.</summary>
        public CertificateRefusal? Certificate { get; init; }

        /// <summary>The identity that the remote claimed, when it got that far; unproven.</summary>
        public NodeId? ClaimedId { get; init; }

        /// <summary>
        /// With <see cref="HandshakeRefusal.SelfConnection"/>, the epoch of another holder of our key, who signed this
        /// transcript with it; null when we reached ourselves, or the signature does not verify.
        /// </summary>
        public ulong? OwnKeyEpoch { get; init; }
    }

    /// <summary>The responder answers and waits for message 3.</summary>
    /// <param name="Message2">The body of the answering frame.</param>
    /// <param name="Next">Handles message 3.</param>
    public sealed record Awaiting(byte[] Message2, HandshakeResponder Next) : HandshakeResult;

    /// <summary>The remote has proven its identity.</summary>
    /// <param name="Message3">The initiator's last message, to be sent before anything else; null at the responder.</param>
    /// <param name="Session">The session; the receiver disposes it.</param>
    public sealed record Done(byte[]? Message3, PairSession Session) : HandshakeResult;
}
