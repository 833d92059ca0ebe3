namespace ActorP2P.Protocol.Session;

/// <summary>
/// An authenticated cipher (RFC 5116) together with the hash for keys and transcripts. Immutable; a provider
/// derives from it (<see cref="ISuiteProvider"/>).
/// </summary>
public abstract class AeadSuite
{
    /// <summary>Nonce length of every suite.</summary>
    public const int NonceLengthBytes = 12;

    /// <summary>Tag length of every suite.</summary>
    public const int TagLengthBytes = 16;

    /// <summary>Longest key that the key schedule derives.</summary>
    public const int MaxKeyLengthBytes = 32;

    /// <summary>Longest name, in ASCII characters.</summary>
    public const int MaxNameLength = 32;

    /// <summary>Name in configuration and in the handshake, e.g. <c>aes-128-gcm</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Key length, 16 to <see cref="MaxKeyLengthBytes"/>.</summary>
    public abstract int KeyLengthBytes { get; }

    /// <summary>The suite's hash.</summary>
    public abstract SuiteHash Hash { get; }

    /// <summary>False where the platform's library lacks the cipher.</summary>
    public abstract bool IsSupported { get; }

    /// <summary>A cipher with its key expanded once; the caller may zero <paramref name="key"/> afterwards.</summary>
    public abstract IAeadCipher CreateCipher(ReadOnlySpan<byte> key);

    /// <inheritdoc />
    public sealed override string ToString() => Name;
}

/// <summary>One key's cipher. Not safe for concurrent use. Disposing erases the key.</summary>
public interface IAeadCipher : IDisposable
{
    /// <summary>Encrypts in place and writes the 16-byte tag.</summary>
    void Seal(ReadOnlySpan<byte> nonce, Span<byte> inPlace, Span<byte> tag, ReadOnlySpan<byte> associatedData);

    /// <summary>Verifies and decrypts in place; false, with no plaintext left in the buffer, when the tag does not fit.</summary>
    bool TryOpen(ReadOnlySpan<byte> nonce, Span<byte> inPlace, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associatedData);
}
