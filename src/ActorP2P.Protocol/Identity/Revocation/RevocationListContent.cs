using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Protocol.Identity.Revocation;

/// <summary>The signed part of a list (TBSCertList, RFC 5280, 5.1.2), read with the framework's DER reader and nothing else.</summary>
internal sealed class RevocationListContent
{
    private const int Version2 = 1;

    // A UTCTime's two digits stand for 1950 to 2049 (RFC 5280, 4.1.2.5.1).
    private const int UtcTimeTwoDigitYearMax = 2049;

    // 20 bytes of content (RFC 5280, 5.2.3).
    private const int MaxNumberBytes = 20;

    private const string CrlNumberOid = "2.5.29.20";
    private const string AuthorityKeyIdOid = "2.5.29.35";

    private static readonly Asn1Tag ExtensionsTag = new(TagClass.ContextSpecific, 0, isConstructed: true);

    private RevocationListContent(X500DistinguishedName issuerName, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, HashSet<string> serials, Extensions extensions)
    {
        IssuerName = issuerName;
        ThisUpdate = thisUpdate;
        NextUpdate = nextUpdate;
        Serials = serials;
        Number = extensions.Number!.Value;
        AuthorityKeyId = extensions.AuthorityKeyId;
    }

    public X500DistinguishedName IssuerName { get; }

    public DateTimeOffset ThisUpdate { get; }

    public DateTimeOffset NextUpdate { get; }

    public BigInteger Number { get; }

    public byte[]? AuthorityKeyId { get; }

    /// <summary>Content bytes of the revoked serials, as hex.</summary>
    public HashSet<string> Serials { get; }

    /// <summary>Reads it; any input gets an answer.</summary>
    public static RevocationListError TryRead(SignedDer signed, out RevocationListContent? content)
    {
        content = null;
        try
        {
            return Read(signed, out content);
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException)
        {
            // The framework's readers have no other way to say that bytes are not what they should be.
            return RevocationListError.Malformed;
        }
    }

    private static RevocationListError Read(SignedDer signed, out RevocationListContent? content)
    {
        content = null;
        var outer = new AsnReader(signed.ToBeSigned, AsnEncodingRules.DER);
        var reader = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        if (!reader.PeekTag().HasSameClassAndValue(Asn1Tag.Integer) || !reader.TryReadInt32(out var version) || version != Version2)
        {
            return RevocationListError.WrongVersion;
        }

        // The algorithm: SignedDer compared it with the one outside.
        reader.ReadEncodedValue();
        var issuer = new X500DistinguishedName(reader.ReadEncodedValue().Span);
        var thisUpdate = ReadTime(reader);
        if (!reader.HasData || !IsTime(reader.PeekTag()))
        {
            return RevocationListError.NoNextUpdate;
        }

        var nextUpdate = ReadTime(reader);
        var serials = new HashSet<string>(StringComparer.Ordinal);
        if (reader.HasData && reader.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence) && !TryReadEntries(reader.ReadSequence(), serials))
        {
            return RevocationListError.UnknownCriticalExtension;
        }

        if (!reader.HasData)
        {
            return RevocationListError.NoNumber;
        }

        var explicitly = reader.ReadSequence(ExtensionsTag);
        reader.ThrowIfNotEmpty();
        var extensions = ReadExtensions(explicitly.ReadSequence());
        explicitly.ThrowIfNotEmpty();
        if (extensions.HasUnknownCritical || extensions.Number is null)
        {
            return extensions.HasUnknownCritical ? RevocationListError.UnknownCriticalExtension : RevocationListError.NoNumber;
        }

        content = new RevocationListContent(issuer, thisUpdate, nextUpdate, serials, extensions);
        return RevocationListError.None;
    }

    // An unknown critical extension of an entry may change whose certificate it names (5.3.3), so the whole list is of no use.
    private static bool TryReadEntries(AsnReader entries, HashSet<string> serials)
    {
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            serials.Add(Convert.ToHexString(entry.ReadIntegerBytes().Span));
            ReadTime(entry);
            if (entry.HasData && HasCritical(entry.ReadSequence()))
            {
                return false;
            }

            entry.ThrowIfNotEmpty();
        }

        return true;
    }

    private static bool HasCritical(AsnReader extensions)
    {
        var found = false;
        while (extensions.HasData)
        {
            found |= ReadExtension(extensions).IsCritical;
        }

        return found;
    }

    private static Extensions ReadExtensions(AsnReader reader)
    {
        var extensions = new Extensions();
        while (reader.HasData)
        {
            var (oid, isCritical, value) = ReadExtension(reader);
            switch (oid)
            {
                case CrlNumberOid:
                    extensions.Number = ReadNumber(value);
                    break;
                case AuthorityKeyIdOid:
                    extensions.AuthorityKeyId = new X509AuthorityKeyIdentifierExtension(value.Span).KeyIdentifier?.ToArray();
                    break;
                default:
                    extensions.HasUnknownCritical |= isCritical;
                    break;
            }
        }

        return extensions;
    }

    private static (string Oid, bool IsCritical, ReadOnlyMemory<byte> Value) ReadExtension(AsnReader extensions)
    {
        var extension = extensions.ReadSequence();
        var oid = extension.ReadObjectIdentifier();
        var isCritical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
        var value = extension.ReadOctetString();
        extension.ThrowIfNotEmpty();
        return (oid, isCritical, value);
    }

    private static BigInteger? ReadNumber(ReadOnlyMemory<byte> value)
    {
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        var bytes = reader.ReadIntegerBytes();
        reader.ThrowIfNotEmpty();
        var number = new BigInteger(bytes.Span, isUnsigned: false, isBigEndian: true);
        return bytes.Length <= MaxNumberBytes && number.Sign >= 0 ? number : null;
    }

    private static bool IsTime(Asn1Tag tag) =>
        tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime)
            ? reader.ReadUtcTime(UtcTimeTwoDigitYearMax)
            : reader.ReadGeneralizedTime();

    private sealed class Extensions
    {
        public BigInteger? Number { get; set; }

        public byte[]? AuthorityKeyId { get; set; }

        public bool HasUnknownCritical { get; set; }
    }
}
