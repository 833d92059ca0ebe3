using System.Security.Cryptography;

namespace ActorP2P.Protocol.Session;

/// <summary>Secret bytes in a pinned array, which the garbage collector never copies, zeroed on dispose or finalization.</summary>
internal sealed class SecretBytes : IDisposable
{
    private readonly byte[] _bytes;

    public SecretBytes(int length) => _bytes = GC.AllocateArray<byte>(length, pinned: true);

    ~SecretBytes() => CryptographicOperations.ZeroMemory(_bytes);

    /// <summary>The secret; all zero once disposed.</summary>
    public Span<byte> Span => _bytes;

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        GC.SuppressFinalize(this);
    }

    public override string ToString() => "secret";
}
