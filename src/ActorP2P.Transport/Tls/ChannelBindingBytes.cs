using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Authentication.ExtendedProtection;

namespace ActorP2P.Transport;

/// <summary>
/// The bytes of <see cref="ChannelBindingKind.Unique"/>: the Finished message of the client (RFC 5929, section 3), which
/// covers the whole handshake, so both ends of one TLS session see the same and no other session has it.
/// </summary>
internal static class ChannelBindingBytes
{
    // SEC_CHANNEL_BINDINGS: eight 32-bit fields, of which the last two are length and offset of the data.
    private const int HeaderBytes = 32;
    private const int DataLengthOffset = 24;
    private const int DataOffsetOffset = 28;

    // Shorter than any TLS 1.3 Finished (32 bytes with SHA-256) would be no proof.
    private const int MinFinishedBytes = 32;

    private static ReadOnlySpan<byte> Prefix => "tls-unique:"u8;

    /// <summary>False when the platform gives none, or not the one that was asked for: the connection must end then.</summary>
    public static bool TryGet(SslStream stream, out byte[] binding)
    {
        binding = [];
        using var token = stream.TransportContext.GetChannelBinding(ChannelBindingKind.Unique);
        if (token is null || token.IsInvalid || token.Size <= HeaderBytes)
        {
            return false;
        }

        var raw = new byte[token.Size];
        Marshal.Copy(token.DangerousGetHandle(), raw, 0, raw.Length);
        var length = BitConverter.ToInt32(raw, DataLengthOffset);
        var offset = BitConverter.ToInt32(raw, DataOffsetOffset);
        if (length < Prefix.Length + MinFinishedBytes || offset < HeaderBytes || length > raw.Length - offset)
        {
            return false;
        }

        var data = raw.AsSpan(offset, length);
        if (!data.StartsWith(Prefix))
        {
            return false;
        }

        binding = data[Prefix.Length..].ToArray();
        return true;
    }
}
