using System.Security.Cryptography;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Handshake;

/// <summary>What one side brings to a handshake.</summary>
public sealed record HandshakeParameters
{
    /// <summary>Who we are.</summary>
    public required NodeIdentity Identity { get; init; }

    /// <summary>Judges the remote's certificates; usually the identity's own, newer after a reload.</summary>
    public required CertificateValidator Validator { get; init; }

    /// <summary>The network's name; nodes of another network are refused.</summary>
    public required string NetworkId { get; init; }

    /// <summary>Our epoch: it rises with every start of this node.</summary>
    public required ulong Epoch { get; init; }

    /// <summary>Suites in order of preference, 1 to <see cref="HandshakeLimits.MaxSuites"/>; the responder's order decides.</summary>
    public required IReadOnlyList<AeadSuite> Suites { get; init; }

    /// <summary>Whether records are sealed; both sides must say the same.</summary>
    public required bool EncryptionEnabled { get; init; }

    /// <summary>The TLS connection below, or null when there is none; both sides must say the same.</summary>
    public required TlsChannel? Tls { get; init; }

    /// <summary>
    /// True when the messages travel through relays: they are then bound to the pair (<see cref="ExpectedRemoteId"/> must be
    /// set), so that a relay can make no link of them, nor a tunnel between others.
    /// </summary>
    public bool IsTunnel { get; init; }

    /// <summary>Where nonces and keys come from.</summary>
    public required IRandomSource Random { get; init; }

    /// <summary>Longest handshake message that is looked at.</summary>
    public required int MaxMessageBytes { get; init; }

    /// <summary>How long the session's keys are used.</summary>
    public required RekeySettings Rekey { get; init; }

    /// <summary>The node that must answer, or null when any member may.</summary>
    public NodeId? ExpectedRemoteId { get; init; }
}

/// <summary>
/// What TLS proves about the connection below: the handshake is bound to it, so it cannot be moved to another one.
/// A binding that is not available does not construct: it fails closed.
/// </summary>
public sealed record TlsChannel
{
    /// <summary>Takes the three facts.</summary>
    /// <exception cref="ArgumentException">The binding is empty or longer than 255 bytes, or a hash has not 32.</exception>
    public TlsChannel(ReadOnlyMemory<byte> channelBinding, ReadOnlyMemory<byte> localSpkiHash, ReadOnlyMemory<byte> remoteSpkiHash)
    {
        var fits = channelBinding.Length is > 0 and <= byte.MaxValue
            && localSpkiHash.Length == SHA256.HashSizeInBytes
            && remoteSpkiHash.Length == SHA256.HashSizeInBytes;
        if (!fits)
        {
            throw new ArgumentException("TLS gave no usable channel binding.", nameof(channelBinding));
        }

        ChannelBinding = channelBinding;
        LocalSpkiHash = localSpkiHash;
        RemoteSpkiHash = remoteSpkiHash;
    }

    /// <summary>The channel binding, equal at both ends.</summary>
    public ReadOnlyMemory<byte> ChannelBinding { get; }

    /// <summary>SHA-256 of our TLS leaf's SubjectPublicKeyInfo.</summary>
    public ReadOnlyMemory<byte> LocalSpkiHash { get; }

    /// <summary>SHA-256 of the remote TLS leaf's SubjectPublicKeyInfo.</summary>
    public ReadOnlyMemory<byte> RemoteSpkiHash { get; }
}

/// <summary>Constants of the handshake's wire form.</summary>
public static class HandshakeLimits
{
    /// <summary>The only protocol version so far.</summary>
    public const byte Version = 1;

    /// <summary>Suites in one list.</summary>
    public const int MaxSuites = 16;

    /// <summary>Length of a curve's name, in ASCII characters.</summary>
    public const int MaxCurveNameLength = 32;

    /// <summary>Length of each side's random nonce.</summary>
    public const int NonceLengthBytes = 32;
}
