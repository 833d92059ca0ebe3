using System.Security.Cryptography;
using System.Text;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Handshake;

/// <summary>The first byte of each handshake message.</summary>
internal enum HandshakeMessageType : byte
{
    InitiatorHello = 1,
    ResponderHello = 2,
    InitiatorProof = 3,
}

/// <summary>The clear message 1: <c>type, min, max, flags, curve, network, tls, nonce, ephemeral, suites</c>.</summary>
internal sealed record InitiatorHello(
    byte MinVersion,
    byte MaxVersion,
    bool EncryptionEnabled,
    string Curve,
    ReadOnlyMemory<byte> NetworkHash,
    ReadOnlyMemory<byte> TlsHash,
    ReadOnlyMemory<byte> Nonce,
    NodeId Ephemeral,
    IReadOnlyList<string> Suites)
{
    public byte[] Encode() => new WireWriter()
        .Byte((byte)HandshakeMessageType.InitiatorHello)
        .Byte(MinVersion)
        .Byte(MaxVersion)
        .Byte(HelloFields.Flags(EncryptionEnabled))
        .Name(Curve)
        .Bytes(NetworkHash.Span)
        .Bytes(TlsHash.Span)
        .Bytes(Nonce.Span)
        .Bytes(Ephemeral.Point)
        .SuiteList(Suites)
        .ToArray();

    /// <summary>Null when anything is out of form. The version range is judged first: a later version may go on differently.</summary>
    public static HandshakeRefusal? TryDecode(ReadOnlyMemory<byte> message, out InitiatorHello? hello)
    {
        hello = null;
        var reader = new WireReader(message);
        if (!reader.TryByte(out var type) || !reader.TryByte(out var min) || !reader.TryByte(out var max))
        {
            return HandshakeRefusal.Malformed;
        }

        if (type != (byte)HandshakeMessageType.InitiatorHello)
        {
            return HelloFields.OtherType(type);
        }

        if (min > HandshakeLimits.Version || max < HandshakeLimits.Version)
        {
            return HandshakeRefusal.WrongVersion;
        }

        if (!reader.TryFlags(out var encryption)
            || !reader.TryName(HandshakeLimits.MaxCurveNameLength, out var curve)
            || !reader.TryBytes(SHA256.HashSizeInBytes, out var network)
            || !reader.TryBytes(SHA256.HashSizeInBytes, out var tls)
            || !reader.TryBytes(HandshakeLimits.NonceLengthBytes, out var nonce)
            || !reader.TryBytes(NodeId.LengthBytes, out var ephemeral)
            || !reader.TrySuiteList(out var suites)
            || !reader.AtEnd)
        {
            return HandshakeRefusal.Malformed;
        }

        hello = new InitiatorHello(min, max, encryption, curve, network, tls, nonce, NodeId.FromPoint(ephemeral.Span), suites);
        return null;
    }
}

/// <summary>The clear part of message 2: <c>type, version, min, max, flags, nonce, ephemeral, suite, suites</c>; the sealed proof follows.</summary>
internal sealed record ResponderHello(
    byte Version,
    byte MinVersion,
    byte MaxVersion,
    bool EncryptionEnabled,
    ReadOnlyMemory<byte> Nonce,
    NodeId Ephemeral,
    string Suite,
    IReadOnlyList<string> Suites)
{
    public byte[] Encode() => new WireWriter()
        .Byte((byte)HandshakeMessageType.ResponderHello)
        .Byte(Version)
        .Byte(MinVersion)
        .Byte(MaxVersion)
        .Byte(HelloFields.Flags(EncryptionEnabled))
        .Bytes(Nonce.Span)
        .Bytes(Ephemeral.Point)
        .Name(Suite)
        .SuiteList(Suites)
        .ToArray();

    /// <summary>Null when the clear part is in form; <paramref name="proof"/> is what follows it.</summary>
    public static HandshakeRefusal? TryDecode(ReadOnlyMemory<byte> message, out ResponderHello? hello, out ReadOnlyMemory<byte> proof)
    {
        hello = null;
        proof = default;
        var reader = new WireReader(message);
        if (!reader.TryByte(out var type) || !reader.TryByte(out var version) || !reader.TryByte(out var min) || !reader.TryByte(out var max))
        {
            return HandshakeRefusal.Malformed;
        }

        if (type != (byte)HandshakeMessageType.ResponderHello)
        {
            return HelloFields.OtherType(type);
        }

        if (version != HandshakeLimits.Version || min > version || max < version)
        {
            return HandshakeRefusal.WrongVersion;
        }

        if (!reader.TryFlags(out var encryption)
            || !reader.TryBytes(HandshakeLimits.NonceLengthBytes, out var nonce)
            || !reader.TryBytes(NodeId.LengthBytes, out var ephemeral)
            || !reader.TryName(AeadSuite.MaxNameLength, out var suite)
            || !reader.TrySuiteList(out var suites))
        {
            return HandshakeRefusal.Malformed;
        }

        hello = new ResponderHello(version, min, max, encryption, nonce, NodeId.FromPoint(ephemeral.Span), suite, suites);
        proof = reader.Rest;
        return null;
    }
}

/// <summary>Fields that both hellos share.</summary>
internal static class HelloFields
{
    private const byte EncryptionFlag = 1;

    public static byte Flags(bool encryptionEnabled) => encryptionEnabled ? EncryptionFlag : (byte)0;

    public static bool TryFlags(this ref WireReader reader, out bool encryptionEnabled)
    {
        var ok = reader.TryByte(out var flags) && (flags & ~EncryptionFlag) == 0;
        encryptionEnabled = flags == EncryptionFlag;
        return ok;
    }

    public static WireWriter SuiteList(this WireWriter writer, IReadOnlyList<string> suites)
    {
        writer.Byte((byte)suites.Count);
        foreach (var suite in suites)
        {
            writer.Name(suite);
        }

        return writer;
    }

    public static bool TrySuiteList(this ref WireReader reader, out IReadOnlyList<string> suites)
    {
        var names = new List<string>();
        suites = names;
        if (!reader.TryByte(out var count) || count == 0 || count > HandshakeLimits.MaxSuites)
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            if (!reader.TryName(AeadSuite.MaxNameLength, out var name))
            {
                return false;
            }

            names.Add(name);
        }

        return true;
    }

    public static HandshakeRefusal OtherType(byte type) =>
        type is >= (byte)HandshakeMessageType.InitiatorHello and <= (byte)HandshakeMessageType.InitiatorProof
            ? HandshakeRefusal.OutOfOrder
            : HandshakeRefusal.Malformed;

    /// <summary>SHA-256 of a label and the network's name: an observer who does not know the name does not learn it.</summary>
    public static byte[] NetworkHash(string networkId) =>
        SHA256.HashData([.. "actorp2p/1 network"u8, 0, .. Encoding.UTF8.GetBytes(networkId)]);

    /// <summary>SHA-256 over the binding and both SPKI hashes, the initiator's first; zeros without TLS.</summary>
    public static byte[] TlsHash(TlsChannel? tls, bool weInitiate)
    {
        if (tls is null)
        {
            return new byte[SHA256.HashSizeInBytes];
        }

        var (initiator, responder) = weInitiate ? (tls.LocalSpkiHash, tls.RemoteSpkiHash) : (tls.RemoteSpkiHash, tls.LocalSpkiHash);
        return SHA256.HashData([.. "actorp2p/1 tls"u8, 0, (byte)tls.ChannelBinding.Length, .. tls.ChannelBinding.Span, .. initiator.Span, .. responder.Span]);
    }
}
