using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Wire;

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
    public byte[] Encode()
    {
        var writer = new WireWriter(256);
        writer.WriteByte((byte)HandshakeMessageType.InitiatorHello);
        writer.WriteByte(MinVersion);
        writer.WriteByte(MaxVersion);
        writer.WriteByte(HelloFields.Flags(EncryptionEnabled));
        writer.WriteName(Curve);
        writer.WriteBytes(NetworkHash.Span);
        writer.WriteBytes(TlsHash.Span);
        writer.WriteBytes(Nonce.Span);
        writer.WriteBytes(Ephemeral.Point);
        writer.WriteSuiteList(Suites);
        return writer.Span.ToArray();
    }

    /// <summary>Null when anything is out of form. The version range is judged first: a later version may go on differently.</summary>
    public static HandshakeRefusal? TryDecode(ReadOnlyMemory<byte> message, out InitiatorHello? hello)
    {
        hello = null;
        var reader = new WireReader(message);
        if (!reader.TryReadByte(out var type) || !reader.TryReadByte(out var min) || !reader.TryReadByte(out var max))
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

        if (!reader.TryReadFlags(out var encryption)
            || !reader.TryReadName(HandshakeLimits.MaxCurveNameLength, out var curve)
            || !reader.TryReadBytes(SHA256.HashSizeInBytes, out var network)
            || !reader.TryReadBytes(SHA256.HashSizeInBytes, out var tls)
            || !reader.TryReadBytes(HandshakeLimits.NonceLengthBytes, out var nonce)
            || !reader.TryReadBytes(NodeId.LengthBytes, out var ephemeral)
            || !reader.TryReadSuiteList(out var suites)
            || reader.RemainingBytes > 0)
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
    public byte[] Encode()
    {
        var writer = new WireWriter(256);
        writer.WriteByte((byte)HandshakeMessageType.ResponderHello);
        writer.WriteByte(Version);
        writer.WriteByte(MinVersion);
        writer.WriteByte(MaxVersion);
        writer.WriteByte(HelloFields.Flags(EncryptionEnabled));
        writer.WriteBytes(Nonce.Span);
        writer.WriteBytes(Ephemeral.Point);
        writer.WriteName(Suite);
        writer.WriteSuiteList(Suites);
        return writer.Span.ToArray();
    }

    /// <summary>Null when the clear part is in form; <paramref name="proof"/> is what follows it.</summary>
    public static HandshakeRefusal? TryDecode(ReadOnlyMemory<byte> message, out ResponderHello? hello, out ReadOnlyMemory<byte> proof)
    {
        hello = null;
        proof = default;
        var reader = new WireReader(message);
        if (!reader.TryReadByte(out var type) || !reader.TryReadByte(out var version) || !reader.TryReadByte(out var min) || !reader.TryReadByte(out var max))
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

        if (!reader.TryReadFlags(out var encryption)
            || !reader.TryReadBytes(HandshakeLimits.NonceLengthBytes, out var nonce)
            || !reader.TryReadBytes(NodeId.LengthBytes, out var ephemeral)
            || !reader.TryReadName(AeadSuite.MaxNameLength, out var suite)
            || !reader.TryReadSuiteList(out var suites))
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

    public static bool TryReadFlags(this ref WireReader reader, out bool encryptionEnabled)
    {
        var ok = reader.TryReadByte(out var flags) && (flags & ~EncryptionFlag) == 0;
        encryptionEnabled = flags == EncryptionFlag;
        return ok;
    }

    /// <summary>u8 length and printable ASCII without spaces.</summary>
    public static void WriteName(this WireWriter writer, string name)
    {
        writer.WriteByte((byte)name.Length);
        writer.WriteBytes(Encoding.ASCII.GetBytes(name));
    }

    /// <summary>False for an empty or too long name, and for any other character.</summary>
    public static bool TryReadName(this ref WireReader reader, int maxLength, [NotNullWhen(true)] out string? name)
    {
        name = null;
        if (!reader.TryReadByte(out var length) || length == 0 || length > maxLength || !reader.TryReadBytes(length, out var bytes)
            || bytes.Span.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
        {
            return false;
        }

        name = Encoding.ASCII.GetString(bytes.Span);
        return true;
    }

    public static void WriteSuiteList(this WireWriter writer, IReadOnlyList<string> suites)
    {
        writer.WriteByte((byte)suites.Count);
        foreach (var suite in suites)
        {
            writer.WriteName(suite);
        }
    }

    public static bool TryReadSuiteList(this ref WireReader reader, out IReadOnlyList<string> suites)
    {
        var names = new List<string>();
        suites = names;
        if (!reader.TryReadByte(out var count) || count == 0 || count > HandshakeLimits.MaxSuites)
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadName(AeadSuite.MaxNameLength, out var name))
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

    /// <summary>What the messages travel over: a TLS connection, relays between two nodes, or nothing that proves anything.</summary>
    public static byte[] ChannelHash(HandshakeParameters parameters, bool weInitiate)
    {
        if (!parameters.IsTunnel)
        {
            return TlsHash(parameters.Tls, weInitiate);
        }

        var (own, remote) = (parameters.Identity.Id, parameters.ExpectedRemoteId!);
        var (initiator, responder) = weInitiate ? (own, remote) : (remote, own);
        return SHA256.HashData([.. "actorp2p/1 tunnel"u8, 0, .. initiator.Point, .. responder.Point]);
    }

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
