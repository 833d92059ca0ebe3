using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Handshake;

/// <summary>Which side speaks. The value is the role label inside each proof.</summary>
internal enum HandshakeRole : byte
{
    Initiator = 1,
    Responder = 2,
}

/// <summary>
/// The key schedule of one handshake: the agreed secret, extracted under the transcript of both hellos, gives each role
/// a cipher for its one sealed message and a Finished key; extracted again under the whole transcript, the pair's secret.
/// </summary>
internal sealed class HandshakeKeys : IDisposable
{
    private readonly AeadSuite _suite;
    private readonly SecretBytes _secret;

    public HandshakeKeys(AeadSuite suite, ReadOnlySpan<byte> helloTranscript, ReadOnlySpan<byte> agreedSecret)
    {
        _suite = suite;
        _secret = new SecretBytes(suite.Hash.LengthBytes);
        Hkdf.Extract(suite.Hash, helloTranscript, agreedSecret, _secret.Span);
    }

    /// <summary>Ciphertext and tag. Each role seals one message only, so the counter is always 0.</summary>
    public byte[] Seal(HandshakeRole role, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        using var secret = RoleSecret(role);
        using var cipher = new RecordCipher(_suite, secret.Span);
        var output = new byte[plaintext.Length + AeadSuite.TagLengthBytes];
        plaintext.CopyTo(output);
        cipher.Seal(0, output.AsSpan(0, plaintext.Length), output.AsSpan(plaintext.Length), associatedData);
        return output;
    }

    /// <summary>The plaintext, or null when the tag does not fit.</summary>
    public byte[]? Open(HandshakeRole role, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> associatedData)
    {
        if (ciphertext.Length < AeadSuite.TagLengthBytes)
        {
            return null;
        }

        using var secret = RoleSecret(role);
        using var cipher = new RecordCipher(_suite, secret.Span);
        var plaintext = ciphertext[..^AeadSuite.TagLengthBytes].ToArray();
        return cipher.TryOpen(0, plaintext, ciphertext[^AeadSuite.TagLengthBytes..], associatedData) ? plaintext : null;
    }

    /// <summary>The Finished MAC of a role over a transcript that holds its identity.</summary>
    public byte[] Finished(HandshakeRole role, ReadOnlySpan<byte> transcript)
    {
        var hash = _suite.Hash;
        using var secret = RoleSecret(role);
        using var key = new SecretBytes(hash.LengthBytes);
        Hkdf.ExpandLabel(hash, secret.Span, "finished"u8, [], key.Span);
        var mac = new byte[hash.LengthBytes];
        hash.Hmac(key.Span, transcript, mac);
        return mac;
    }

    /// <summary>The secret that every key of the session comes from.</summary>
    public SecretBytes PairSecret(ReadOnlySpan<byte> wholeTranscript)
    {
        var pair = new SecretBytes(_suite.Hash.LengthBytes);
        Hkdf.Extract(_suite.Hash, wholeTranscript, _secret.Span, pair.Span);
        return pair;
    }

    public void Dispose() => _secret.Dispose();

    private SecretBytes RoleSecret(HandshakeRole role)
    {
        var secret = new SecretBytes(_suite.Hash.LengthBytes);
        Hkdf.ExpandLabel(_suite.Hash, _secret.Span, "handshake"u8, [(byte)role], secret.Span);
        return secret;
    }
}
