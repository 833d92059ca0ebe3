using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Handshake;

/// <summary>What one side says about itself inside its sealed message.</summary>
internal sealed record IdentityClaim(HandshakeRole Role, ulong Epoch, ulong LinkNonce, CertificateChain Chain)
{
    public byte[] Encode()
    {
        var writer = new WireWriter(32 + Chain.Encoded.Length);
        writer.WriteByte((byte)Role);
        writer.WriteUInt64(Epoch);
        writer.WriteUInt64(LinkNonce);
        writer.WriteUInt16((ushort)Chain.Encoded.Length);
        writer.WriteBytes(Chain.Encoded.Span);
        return writer.Span.ToArray();
    }
}

/// <summary>
/// The sealed part of messages 2 and 3, after SIGMA (Krawczyk 2003): a claim, a signature over the transcript up to
/// and with the claim, and a MAC over all of it, so that key exchange and identity cannot be parted.
/// <code>u8 role, u64 epoch, u64 link nonce, u16 length, chain, signature[64], finished[hash length]</code>
/// </summary>
internal static class IdentityProof
{
    /// <summary>The plaintext to seal; everything in it has gone into the transcript.</summary>
    public static byte[] Make(IdentityClaim claim, INodeKey key, HandshakeTranscript transcript, HandshakeKeys keys)
    {
        var encoded = claim.Encode();
        transcript.Absorb(encoded);
        var signature = new byte[IdentityCurve.SignatureLengthBytes];
        key.Sign(Context(claim.Role), transcript.Value, signature);
        transcript.Absorb(signature);
        var finished = keys.Finished(claim.Role, transcript.Value);
        transcript.Absorb(finished);
        return [.. encoded, .. signature, .. finished];
    }

    /// <summary>
    /// Judges an opened proof, the cheap checks first. Null when the remote is proven; then everything in the proof has
    /// gone into the transcript.
    /// </summary>
    public static HandshakeResult.Refused? Judge(
        HandshakeRole role,
        ReadOnlyMemory<byte> plaintext,
        HandshakeParameters parameters,
        HandshakeTranscript transcript,
        HandshakeKeys keys,
        DateTimeOffset now,
        out RemoteNode? remote)
    {
        remote = null;
        var tailLength = IdentityCurve.SignatureLengthBytes + transcript.Value.Length;
        if (plaintext.Length < tailLength || !TryReadClaim(plaintext[..^tailLength], parameters.Validator.Limits, out var claim))
        {
            return Refuse(HandshakeRefusal.Malformed, "the proof of identity is out of form");
        }

        if (claim.Role != role)
        {
            return Refuse(HandshakeRefusal.WrongRole, "the proof of identity is for the other role");
        }

        var tail = plaintext.Span[^tailLength..];
        var signature = tail[..IdentityCurve.SignatureLengthBytes];
        var finished = tail[IdentityCurve.SignatureLengthBytes..];
        transcript.Absorb(plaintext.Span[..^tailLength]);
        var signed = transcript.Value.ToArray();
        transcript.Absorb(signature);
        var expected = keys.Finished(role, transcript.Value);
        if (!CryptographicOperations.FixedTimeEquals(expected, finished))
        {
            return Refuse(HandshakeRefusal.BadFinished, "the Finished MAC does not fit");
        }

        transcript.Absorb(finished);
        return JudgeIdentity(claim, signed, signature, parameters, now, out remote);
    }

    private static HandshakeResult.Refused? JudgeIdentity(
        IdentityClaim claim,
        ReadOnlySpan<byte> signed,
        ReadOnlySpan<byte> signature,
        HandshakeParameters parameters,
        DateTimeOffset now,
        out RemoteNode? remote)
    {
        remote = null;
        var verdict = parameters.Validator.Validate(claim.Chain, now);
        if (verdict is CertificateVerdict.Refused refused)
        {
            return Refuse(HandshakeRefusal.CertificateRefused, refused.Detail) with { Certificate = refused.Reason, ClaimedId = refused.ClaimedId };
        }

        var accepted = (CertificateVerdict.Accepted)verdict;
        var id = accepted.Id;
        if (id == parameters.Identity.Id)
        {
            // Ourselves we meet in our own run; in another one it is another holder of the key, if it has it.
            var isOther = claim.Epoch != parameters.Epoch && parameters.Identity.Curve.Verify(id, Context(claim.Role), signed, signature);
            return Refuse(HandshakeRefusal.SelfConnection, "the remote has our own node ID") with
            {
                ClaimedId = id,
                OwnKeyEpoch = isOther ? claim.Epoch : null,
            };
        }

        if (parameters.ExpectedRemoteId is { } wanted && wanted != id)
        {
            return Refuse(HandshakeRefusal.UnexpectedIdentity, $"expected node {wanted.ShortId}, found node {id.ShortId}") with { ClaimedId = id };
        }

        if (!parameters.Identity.Curve.Verify(id, Context(claim.Role), signed, signature))
        {
            return Refuse(HandshakeRefusal.BadSignature, "the signature over the transcript does not verify") with { ClaimedId = id };
        }

        remote = new RemoteNode(id, claim.Epoch, claim.LinkNonce, claim.Chain, accepted.NotAfter);
        return null;
    }

    private static bool TryReadClaim(ReadOnlyMemory<byte> encoded, ChainLimits limits, [NotNullWhen(true)] out IdentityClaim? claim)
    {
        claim = null;
        var reader = new WireReader(encoded);
        if (!reader.TryReadByte(out var role) || !reader.TryReadUInt64(out var epoch) || !reader.TryReadUInt64(out var linkNonce)
            || !reader.TryReadUInt16(out var length) || !reader.TryReadBytes(length, out var chainBytes) || reader.RemainingBytes > 0
            || !CertificateChain.TryDecode(chainBytes, limits, out var chain, out _))
        {
            return false;
        }

        claim = new IdentityClaim((HandshakeRole)role, epoch, linkNonce, chain);
        return true;
    }

    private static SignatureContext Context(HandshakeRole role) =>
        role == HandshakeRole.Initiator ? SignatureContext.HandshakeInitiator : SignatureContext.HandshakeResponder;

    private static HandshakeResult.Refused Refuse(HandshakeRefusal reason, string detail) => new(reason, detail);
}
