using System.Security.Cryptography;
using System.Text;

namespace ActorP2P.Protocol.Session;

/// <summary>HKDF (RFC 5869) over a suite's hash, so that a plug-in's hash works as well as .NET's.</summary>
internal static class Hkdf
{
    private const int MaxInfoBytes = 512;
    private const int MaxBlocks = 255;

    private static readonly byte[] InfoPrefix = Encoding.ASCII.GetBytes("actorp2p/1 ");

    /// <summary>RFC 5869, 2.2.</summary>
    public static void Extract(SuiteHash hash, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> inputKeyMaterial, Span<byte> pseudorandomKey) =>
        hash.Hmac(salt, inputKeyMaterial, pseudorandomKey);

    /// <summary>RFC 5869, 2.3.</summary>
    /// <exception cref="ArgumentException">The info is longer than 512 bytes or the output than 255 blocks.</exception>
    public static void Expand(SuiteHash hash, ReadOnlySpan<byte> pseudorandomKey, ReadOnlySpan<byte> info, Span<byte> output)
    {
        var length = hash.LengthBytes;
        if (info.Length > MaxInfoBytes || output.Length > MaxBlocks * length)
        {
            throw new ArgumentException("Info or output is too long for HKDF.", nameof(output));
        }

        Span<byte> block = stackalloc byte[SuiteHash.MaxLengthBytes];
        Span<byte> input = stackalloc byte[SuiteHash.MaxLengthBytes + MaxInfoBytes + 1];
        var previous = 0;
        for (byte counter = 1; output.Length > 0; counter++)
        {
            block[..previous].CopyTo(input);
            info.CopyTo(input[previous..]);
            input[previous + info.Length] = counter;
            hash.Hmac(pseudorandomKey, input[..(previous + info.Length + 1)], block[..length]);
            var taken = Math.Min(length, output.Length);
            block[..taken].CopyTo(output);
            output = output[taken..];
            previous = length;
        }

        CryptographicOperations.ZeroMemory(block);
        CryptographicOperations.ZeroMemory(input);
    }

    /// <summary>
    /// Expand with the info <c>"actorp2p/1 " label 0x00 context</c>: labels hold no zero byte, so no two uses share an info.
    /// </summary>
    public static void ExpandLabel(SuiteHash hash, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output)
    {
        Span<byte> info = stackalloc byte[MaxInfoBytes];
        InfoPrefix.CopyTo(info);
        label.CopyTo(info[InfoPrefix.Length..]);
        var at = InfoPrefix.Length + label.Length;
        info[at] = 0;
        context.CopyTo(info[(at + 1)..]);
        Expand(hash, secret, info[..(at + 1 + context.Length)], output);
    }
}
