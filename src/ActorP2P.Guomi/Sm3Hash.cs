using System.Security.Cryptography;
using ActorP2P.Protocol.Session;
using Org.BouncyCastle.Crypto.Digests;

namespace ActorP2P.Guomi;

/// <summary>SM3 (GB/T 32905-2016), and HMAC (RFC 2104) over it.</summary>
internal sealed class Sm3Hash : SuiteHash
{
    /// <summary>Length of a digest.</summary>
    public const int DigestLengthBytes = 32;

    private const int BlockLengthBytes = 64;
    private const byte InnerPad = 0x36;
    private const byte OuterPad = 0x5c;

    public override string Name => "sm3";

    public override int LengthBytes => DigestLengthBytes;

    public override void Hash(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        using var state = new Sm3State();
        state.Append(data);
        state.Finish(digest);
    }

    public override void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> mac)
    {
        Span<byte> pad = stackalloc byte[BlockLengthBytes];
        Span<byte> inner = stackalloc byte[DigestLengthBytes];
        pad.Clear();
        using var state = new Sm3State();
        if (key.Length > BlockLengthBytes)
        {
            state.Append(key);
            state.Finish(pad);
        }
        else
        {
            key.CopyTo(pad);
        }

        Xor(pad, InnerPad);
        state.Append(pad);
        state.Append(data);
        state.Finish(inner);

        // Takes the inner pad off and puts the outer one on.
        Xor(pad, InnerPad ^ OuterPad);
        state.Append(pad);
        state.Append(inner);
        state.Finish(mac);
        CryptographicOperations.ZeroMemory(pad);
        CryptographicOperations.ZeroMemory(inner);
    }

    private static void Xor(Span<byte> bytes, byte value)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= value;
        }
    }
}

/// <summary>A running SM3 over spans. What it copied of its input is zeroed on dispose.</summary>
internal sealed class Sm3State : IDisposable
{
    private const int CopyBytes = 1024;

    private readonly SM3Digest _digest = new();
    // The library takes arrays: spans go through this one, which the collector never copies.
    private readonly byte[] _copy = GC.AllocateUninitializedArray<byte>(CopyBytes, pinned: true);

    public void Append(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            var taken = Math.Min(data.Length, _copy.Length);
            data[..taken].CopyTo(_copy);
            _digest.BlockUpdate(_copy, 0, taken);
            data = data[taken..];
        }
    }

    /// <summary>Writes the digest of all that was appended, and starts anew.</summary>
    public void Finish(Span<byte> digest)
    {
        _digest.DoFinal(_copy, 0);
        _copy.AsSpan(0, Sm3Hash.DigestLengthBytes).CopyTo(digest);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_copy);
        _digest.Reset();
    }
}
