using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace ActorP2P.Protocol.Identity;

/// <summary>What a chain may measure before anybody looks into it.</summary>
/// <param name="MaxCertificates">Certificates, leaf included; 1 to 255.</param>
/// <param name="MaxBytes">Total DER bytes.</param>
public readonly record struct ChainLimits(int MaxCertificates, int MaxBytes);

/// <summary>
/// DER certificates, leaf first, as they travel: <c>u8 count, count x (u16 length, DER)</c>, little-endian.
/// Holding one says that the framing is sound; only <see cref="CertificateValidator"/> says what it proves.
/// </summary>
public sealed class CertificateChain
{
    private const int MaxCertificateBytes = ushort.MaxValue;
    private const byte DerSequence = 0x30;

    private readonly byte[] _hash;
    private readonly byte[] _leafHash;

    private CertificateChain(List<ReadOnlyMemory<byte>> certificates)
    {
        Certificates = certificates;
        Encoded = Encode(certificates);
        _hash = SHA256.HashData(Encoded.Span);
        _leafHash = SHA256.HashData(certificates[0].Span);
    }

    /// <summary>DER certificates, leaf first; never empty.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Certificates { get; }

    /// <summary>The wire form.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }

    /// <summary>SHA-256 of the wire form: the name under which signed state refers to a chain.</summary>
    public ReadOnlySpan<byte> Hash => _hash;

    /// <summary>SHA-256 of the leaf's DER, the usual fingerprint.</summary>
    public ReadOnlySpan<byte> LeafHash => _leafHash;

    /// <summary>Reads every CERTIFICATE block of a PEM text, leaf first; other blocks are skipped.</summary>
    public static bool TryParsePem(string pem, ChainLimits limits, [NotNullWhen(true)] out CertificateChain? chain, out string reason)
    {
        chain = null;
        var ders = new List<ReadOnlyMemory<byte>>();
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            if (rest[fields.Label].SequenceEqual("CERTIFICATE"))
            {
                if (ders.Count == limits.MaxCertificates)
                {
                    reason = $"more than {limits.MaxCertificates} certificates";
                    return false;
                }

                ders.Add(Convert.FromBase64String(rest[fields.Base64Data].ToString()));
            }

            rest = rest[fields.Location.End..];
        }

        return TryParseDer(ders, limits, out chain, out reason);
    }

    /// <summary>Takes DER certificates, leaf first. The chain keeps copies.</summary>
    public static bool TryParseDer(IReadOnlyList<ReadOnlyMemory<byte>> ders, ChainLimits limits, [NotNullWhen(true)] out CertificateChain? chain, out string reason)
    {
        chain = null;
        if (ders.Count == 0 || ders.Count > Math.Min(limits.MaxCertificates, byte.MaxValue))
        {
            reason = ders.Count == 0 ? "no certificate" : $"more than {limits.MaxCertificates} certificates";
            return false;
        }

        long total = 0;
        foreach (var der in ders)
        {
            total += der.Length;
            if (der.Length > MaxCertificateBytes || total > limits.MaxBytes)
            {
                reason = $"more than {limits.MaxBytes} bytes of certificates";
                return false;
            }

            if (!IsOneDerSequence(der.Span))
            {
                reason = "a certificate is not one DER sequence";
                return false;
            }
        }

        chain = new CertificateChain([.. ders.Select(der => (ReadOnlyMemory<byte>)der.ToArray())]);
        reason = "";
        return true;
    }

    /// <summary>Reads the wire form, which must fill <paramref name="encoded"/> exactly.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> encoded, ChainLimits limits, [NotNullWhen(true)] out CertificateChain? chain, out string reason)
    {
        chain = null;
        reason = "the chain's framing is broken";
        if (encoded.Length == 0)
        {
            return false;
        }

        var count = encoded.Span[0];
        if (count > limits.MaxCertificates)
        {
            reason = $"more than {limits.MaxCertificates} certificates";
            return false;
        }

        var ders = new List<ReadOnlyMemory<byte>>(count);
        var rest = encoded[1..];
        for (var i = 0; i < count; i++)
        {
            if (rest.Length < sizeof(ushort))
            {
                return false;
            }

            var length = BinaryPrimitives.ReadUInt16LittleEndian(rest.Span);
            rest = rest[sizeof(ushort)..];
            if (rest.Length < length)
            {
                return false;
            }

            ders.Add(rest[..length]);
            rest = rest[length..];
        }

        return rest.Length == 0 && TryParseDer(ders, limits, out chain, out reason);
    }

    /// <summary>All certificates as PEM, leaf first.</summary>
    public string ToPem() =>
        string.Concat(Certificates.Select(der => PemEncoding.WriteString("CERTIFICATE", der.Span) + "\n"));

    private static bool IsOneDerSequence(ReadOnlySpan<byte> der) =>
        der.Length > 1
        && der[0] == DerSequence
        && AsnDecoder.TryReadEncodedValue(der, AsnEncodingRules.DER, out _, out _, out _, out var consumed)
        && consumed == der.Length;

    private static byte[] Encode(List<ReadOnlyMemory<byte>> certificates)
    {
        var encoded = new byte[1 + certificates.Sum(der => sizeof(ushort) + der.Length)];
        encoded[0] = (byte)certificates.Count;
        var at = 1;
        foreach (var der in certificates)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(encoded.AsSpan(at), (ushort)der.Length);
            at += sizeof(ushort);
            der.CopyTo(encoded.AsMemory(at));
            at += der.Length;
        }

        return encoded;
    }
}
