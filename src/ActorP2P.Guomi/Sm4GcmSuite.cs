using System.Buffers;
using System.Security.Cryptography;
using ActorP2P.Protocol.Session;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;
using IAeadCipher = ActorP2P.Protocol.Session.IAeadCipher;

namespace ActorP2P.Guomi;

/// <summary>SM4 (GB/T 32907-2016) in GCM (NIST SP 800-38D), as RFC 8998 uses it, with SM3.</summary>
internal sealed class Sm4GcmSuite : AeadSuite
{
    public override string Name => "sm4-gcm";

    public override int KeyLengthBytes => 16;

    public override SuiteHash Hash => GuomiSuites.Sm3;

    public override bool IsSupported => true;

    public override IAeadCipher CreateCipher(ReadOnlySpan<byte> key) => new Cipher(key);

    /// <summary>
    /// One key. BouncyCastle keeps its own copies of the key and of the round keys, in memory that it does not zero
    /// and the collector may move: they stay until they are overwritten. Its S-box is a table, so timing depends on data
    /// as far as the processor's caches show it.
    /// </summary>
    private sealed class Cipher : IAeadCipher
    {
        private readonly GcmBlockCipher _gcm = new(new SM4Engine());
        // Given once: without a key the library keeps the schedule and the hash key of the one before.
        private KeyParameter? _key;

        public Cipher(ReadOnlySpan<byte> key)
        {
            var copy = key.ToArray();
            _key = new KeyParameter(copy);
            CryptographicOperations.ZeroMemory(copy);
        }

        public void Seal(ReadOnlySpan<byte> nonce, Span<byte> inPlace, Span<byte> tag, ReadOnlySpan<byte> associatedData)
        {
            var (input, output) = Rent(inPlace);
            try
            {
                Init(true, nonce, associatedData);
                Process(input, inPlace.Length, output);
                output.AsSpan(0, inPlace.Length).CopyTo(inPlace);
                output.AsSpan(inPlace.Length, TagLengthBytes).CopyTo(tag);
            }
            finally
            {
                Return(input, output);
            }
        }

        public bool TryOpen(ReadOnlySpan<byte> nonce, Span<byte> inPlace, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associatedData)
        {
            var (input, output) = Rent(inPlace);
            try
            {
                tag.CopyTo(input.AsSpan(inPlace.Length));
                Init(false, nonce, associatedData);
                Process(input, inPlace.Length + TagLengthBytes, output);
                output.AsSpan(0, inPlace.Length).CopyTo(inPlace);
                return true;
            }
            catch (InvalidCipherTextException)
            {
                // The library's way to say that the tag does not fit; what it decrypted stayed in the scratch array.
                CryptographicOperations.ZeroMemory(inPlace);
                return false;
            }
            finally
            {
                Return(input, output);
            }
        }

        public void Dispose()
        {
            _key = null;
            _gcm.Reset();
        }

        private void Init(bool forEncryption, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData)
        {
            _gcm.Init(forEncryption, new AeadParameters(_key, TagLengthBytes * 8, nonce.ToArray(), associatedData.ToArray()));
            _key = null;
        }

        private void Process(byte[] input, int length, byte[] output)
        {
            var written = _gcm.ProcessBytes(input, 0, length, output, 0);
            _gcm.DoFinal(output, written);
        }

        // Separate arrays: the library may read a block behind the one it wrote.
        private static (byte[] Input, byte[] Output) Rent(ReadOnlySpan<byte> text)
        {
            var length = text.Length + TagLengthBytes;
            var input = ArrayPool<byte>.Shared.Rent(length);
            text.CopyTo(input);
            return (input, ArrayPool<byte>.Shared.Rent(length));
        }

        private static void Return(byte[] input, byte[] output)
        {
            ArrayPool<byte>.Shared.Return(input, clearArray: true);
            ArrayPool<byte>.Shared.Return(output, clearArray: true);
        }
    }
}
