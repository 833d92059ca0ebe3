using System.Security.Cryptography;

namespace ActorP2P.Protocol.Identity;

/// <summary>The label of each <see cref="SignatureContext"/> and the digest that ECDSA curves sign.</summary>
public static class SignatureContexts
{
    private const int StackLimitBytes = 1024;

    /// <summary>The ASCII label; it holds no zero byte, so label‖0x00‖data is unambiguous.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is no member of the enumeration.</exception>
    public static ReadOnlySpan<byte> Label(SignatureContext context) => context switch
    {
        SignatureContext.HandshakeInitiator => "actorp2p/1 handshake initiator"u8,
        SignatureContext.HandshakeResponder => "actorp2p/1 handshake responder"u8,
        SignatureContext.Publication => "actorp2p/1 publication"u8,
        SignatureContext.LinkState => "actorp2p/1 link state"u8,
        SignatureContext.NamespaceState => "actorp2p/1 namespace state"u8,
        SignatureContext.SuccessionPredecessor => "actorp2p/1 succession predecessor"u8,
        SignatureContext.SuccessionSuccessor => "actorp2p/1 succession successor"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(context), context, "Not a signature context."),
    };

    /// <summary>SHA-256 of label‖0x00‖data.</summary>
    public static void Sha256(SignatureContext context, ReadOnlySpan<byte> data, Span<byte> digest)
    {
        var label = Label(context);
        var total = label.Length + 1 + data.Length;
        if (total > StackLimitBytes)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(label);
            hash.AppendData([0]);
            hash.AppendData(data);
            hash.GetHashAndReset(digest);
            return;
        }

        Span<byte> message = stackalloc byte[StackLimitBytes];
        label.CopyTo(message);
        message[label.Length] = 0;
        data.CopyTo(message[(label.Length + 1)..]);
        SHA256.HashData(message[..total], digest);
    }
}
