namespace ActorP2P.Protocol.Identity;

/// <summary>A path that was verified, and when its proof holds.</summary>
/// <param name="Id">The leaf's key.</param>
/// <param name="NotBefore">The latest begin of any certificate on it.</param>
/// <param name="NotAfter">The earliest end of any certificate on it, and of a revocation list that must not be stale.</param>
/// <param name="CertificateNotAfter">The earliest end of any certificate on it.</param>
internal sealed record CertificatePath(NodeId Id, DateTimeOffset NotBefore, DateTimeOffset NotAfter, DateTimeOffset CertificateNotAfter);

/// <summary>Verified paths by chain hash: bounded, the oldest leaves first. Lists are no part of it, so a denial acts at once.</summary>
internal sealed class CertificatePathCache(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, CertificatePath> _paths = new(StringComparer.Ordinal);
    private readonly Queue<string> _oldestFirst = new();

    /// <summary>The path when it is remembered and valid at <paramref name="now"/>.</summary>
    public CertificatePath? Find(ReadOnlySpan<byte> chainHash, DateTimeOffset now)
    {
        lock (_gate)
        {
            return _paths.TryGetValue(Convert.ToHexString(chainHash), out var path) && now >= path.NotBefore && now <= path.NotAfter
                ? path
                : null;
        }
    }

    /// <summary>Remembers a verified path.</summary>
    public void Keep(ReadOnlySpan<byte> chainHash, CertificatePath path)
    {
        var key = Convert.ToHexString(chainHash);
        lock (_gate)
        {
            if (!_paths.TryAdd(key, path))
            {
                return;
            }

            _oldestFirst.Enqueue(key);
            if (_paths.Count > capacity)
            {
                _paths.Remove(_oldestFirst.Dequeue());
            }
        }
    }
}
