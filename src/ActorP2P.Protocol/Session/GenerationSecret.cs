using System.Buffers.Binary;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Session;

/// <summary>
/// The secret of one generation of a session's keys. The next one is extracted from a fresh agreement under this one
/// as salt, as the root chain of the Double Ratchet does (Perrin and Marlinspike 2016, 5.2, KDF_RK) and the key
/// schedule of TLS 1.3 (RFC 8446, 7.1): who lacks either of the two inputs learns nothing of the output. So the
/// handshake's transcript stays bound into every generation, and a secret that leaked is healed by the next agreement.
/// </summary>
internal sealed class GenerationSecret(uint number, SecretBytes secret, SessionTerms terms) : IDisposable
{
    private const int ContextBytes = sizeof(uint) + (2 * NodeId.LengthBytes) + sizeof(ulong);

    /// <summary>Its number; 0 at the start of the session.</summary>
    public uint Number => number;

    /// <summary>The cipher of one lane and direction.</summary>
    public RecordCipher Cipher(Lane lane, byte direction)
    {
        var hash = terms.Suite.Hash;
        using var laneSecret = new SecretBytes(hash.LengthBytes);
        Hkdf.ExpandLabel(hash, secret.Span, "lane"u8, [(byte)lane, direction], laneSecret.Span);
        return new RecordCipher(terms.Suite, laneSecret.Span);
    }

    /// <summary>The next generation's secret.</summary>
    /// <param name="agreed">x coordinate of the ECDH point.</param>
    /// <param name="ours">Our one-time key.</param>
    /// <param name="theirs">The far end's.</param>
    /// <param name="tag">The session's tag.</param>
    public GenerationSecret Next(ReadOnlySpan<byte> agreed, NodeId ours, NodeId theirs, ulong tag)
    {
        var hash = terms.Suite.Hash;
        using var extracted = new SecretBytes(hash.LengthBytes);
        Hkdf.Extract(hash, secret.Span, agreed, extracted.Span);

        Span<byte> context = stackalloc byte[ContextBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(context, number + 1);
        (terms.WeInitiated ? ours : theirs).Point.CopyTo(context[sizeof(uint)..]);
        (terms.WeInitiated ? theirs : ours).Point.CopyTo(context[(sizeof(uint) + NodeId.LengthBytes)..]);
        BinaryPrimitives.WriteUInt64LittleEndian(context[^sizeof(ulong)..], tag);

        var next = new SecretBytes(hash.LengthBytes);
        Hkdf.ExpandLabel(hash, extracted.Span, "rekey"u8, context, next.Span);
        return new GenerationSecret(number + 1, next, terms);
    }

    /// <summary>Erases it.</summary>
    public void Dispose() => secret.Dispose();
}
