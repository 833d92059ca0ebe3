using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <summary>
/// What a node shows and trusts at present. Handshakes, TLS and verdicts ask here each time, so a reload reaches the next one;
/// the <see cref="TrustKeeper"/> is the only writer, but for a new key, which Hypernet puts in force when no link of the
/// former one is left. It outlives restarts of actors. Disposing erases the keys.
/// </summary>
public sealed class NodeTrust : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<TrustState> _former = [];
    private volatile TrustState _current;
    private volatile PendingSuccession? _pending;

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

    /// <summary>Our key and certificates as new handshakes show them. While there is a link, key and ID do not change.</summary>
    public NodeIdentity Identity => _current.Identity;

    /// <summary>Judges the certificates of others.</summary>
    public CertificateValidator Validator => _current.Validator;

    /// <summary>Decides about reloads; for the keeper alone.</summary>
    internal TrustRotation Rotation { get; }

    /// <summary>The new key that is to come, or null.</summary>
    internal PendingSuccession? Pending => _pending;

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            _current.Dispose();
            _pending?.State.Dispose();
            foreach (var former in _former)
            {
                former.Dispose();
            }
        }
    }

    /// <summary>Puts a state in force; for the keeper alone.</summary>
    internal void Use(TrustState state) => _current = state;

    /// <summary>A new key is to come; for the keeper alone.</summary>
    internal void Begin(PendingSuccession pending) => _pending = pending;

    /// <summary>Puts the new key in force; for Hypernet alone.</summary>
    /// <returns>Null when none was pending.</returns>
    internal PendingSuccession? Complete()
    {
        lock (_gate)
        {
            if (_pending is not { } pending)
            {
                return null;
            }

            // Namespaces may still be signing with it: it is erased with the node.
            _former.Add(_current);
            _current = pending.State;
            _pending = null;
            return pending;
        }
    }
}
