using System.Security.Cryptography;

namespace ActorP2P.Guomi;

/// <summary>
/// Nonces by RFC 6979, 3.2 with HMAC-SM3: uniform in [1, n-1], a function of key and digest alone. A key that signs can
/// then never meet a weak or repeated random number, and a simulated run replays.
/// </summary>
internal sealed class Sm2Nonces : IDisposable
{
    private const int Length = Sm3Hash.DigestLengthBytes;

    private readonly byte[] _key = GC.AllocateArray<byte>(Length, pinned: true);
    private readonly byte[] _value = GC.AllocateArray<byte>(Length, pinned: true);

    public Sm2Nonces(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> digest)
    {
        _value.AsSpan().Fill(1);
        Span<byte> reduced = stackalloc byte[Length];
        Sm2Domain.Write(Sm2Domain.Number(digest).Mod(Sm2Domain.Order), reduced);
        Update(0, privateKey, reduced);
        Update(1, privateKey, reduced);
    }

    /// <summary>The next candidate that is a scalar.</summary>
    public void Next(Span<byte> nonce)
    {
        while (true)
        {
            GuomiSuites.Sm3.Hmac(_key, _value, _value);
            _value.CopyTo(nonce);
            Update(0, [], []);
            if (Sm2Domain.Weierstrass.IsScalar(nonce))
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        CryptographicOperations.ZeroMemory(_value);
    }

    private void Update(byte step, ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> digest)
    {
        Span<byte> input = stackalloc byte[(3 * Length) + 1];
        var used = Length + 1 + privateKey.Length + digest.Length;
        _value.CopyTo(input);
        input[Length] = step;
        privateKey.CopyTo(input[(Length + 1)..]);
        digest.CopyTo(input[(Length + 1 + privateKey.Length)..]);
        GuomiSuites.Sm3.Hmac(_key, input[..used], _key);
        GuomiSuites.Sm3.Hmac(_key, _value, _value);
        CryptographicOperations.ZeroMemory(input);
    }
}
