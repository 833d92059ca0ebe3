namespace ActorP2P.Transport;

/// <summary>The files that make up <see cref="TlsCredentials"/>.</summary>
public enum TlsFile
{
    /// <summary>The leaf's private key.</summary>
    Key,

    /// <summary>The leaf and the certificates that issued it.</summary>
    Certificate,

    /// <summary>The trusted roots.</summary>
    Roots,
}
