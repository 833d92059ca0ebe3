using System.Buffers.Binary;

namespace ActorP2P.Protocol.Session;

/// <summary>The cipher of one (pair, namespace, lane, direction), with its derived IV.</summary>
internal sealed class RecordCipher : IDisposable
{
    private readonly IAeadCipher _cipher;
    private readonly SecretBytes _iv;

    /// <summary>Derives key and IV from the lane's secret.</summary>
    public RecordCipher(AeadSuite suite, ReadOnlySpan<byte> laneSecret)
    {
        using var key = new SecretBytes(suite.KeyLengthBytes);
        Hkdf.ExpandLabel(suite.Hash, laneSecret, "key"u8, [], key.Span);
        _cipher = suite.CreateCipher(key.Span);
        _iv = new SecretBytes(AeadSuite.NonceLengthBytes);
        Hkdf.ExpandLabel(suite.Hash, laneSecret, "iv"u8, [], _iv.Span);
    }

    public void Seal(ulong counter, Span<byte> inPlace, Span<byte> tag, ReadOnlySpan<byte> header)
    {
        Span<byte> nonce = stackalloc byte[AeadSuite.NonceLengthBytes];
        WriteNonce(counter, nonce);
        _cipher.Seal(nonce, inPlace, tag, header);
    }

    public bool TryOpen(ulong counter, Span<byte> inPlace, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> header)
    {
        Span<byte> nonce = stackalloc byte[AeadSuite.NonceLengthBytes];
        WriteNonce(counter, nonce);
        return _cipher.TryOpen(nonce, inPlace, tag, header);
    }

    public void Dispose()
    {
        _cipher.Dispose();
        _iv.Dispose();
    }

    // RFC 8446, 5.3: the counter, big-endian and padded to the left, XOR the IV.
    private void WriteNonce(ulong counter, Span<byte> nonce)
    {
        _iv.Span.CopyTo(nonce);
        var tail = nonce[(AeadSuite.NonceLengthBytes - sizeof(ulong))..];
        BinaryPrimitives.WriteUInt64BigEndian(tail, BinaryPrimitives.ReadUInt64BigEndian(tail) ^ counter);
    }
}
