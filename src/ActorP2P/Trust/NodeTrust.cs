using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <summary>
/// What a node shows and trusts at present. Handshakes, TLS and verdicts ask here each time, so a reload reaches the next one;
/// the <see cref="TrustKeeper"/> is the only writer. It outlives restarts of actors.
/// </summary>
public sealed class NodeTrust
{
    private volatile TrustState _current;

    /// <summary>Begins with a state that came from no files.</summary>
    public NodeTrust(TrustState state)
        : this(TrustRotation.Of(state))
    {
    }

    internal NodeTrust(TrustRotation rotation)
    {
        Rotation = rotation;
        _current = rotation.State;
    }

    /// <summary>What is in force.</summary>
    public TrustState Current => _current;

    /// <summary>Our certificates as new handshakes show them. Key and ID never change.</summary>
    public NodeIdentity Identity => _current.Identity;

    /// <summary>Judges the certificates of others.</summary>
    public CertificateValidator Validator => _current.Validator;

    /// <summary>Decides about reloads; for the keeper alone.</summary>
    internal TrustRotation Rotation { get; }

    /// <summary>Puts a state in force; for the keeper alone.</summary>
    internal void Use(TrustState state) => _current = state;
}
