using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <summary>
/// What a node shows and trusts at present. Handshakes, TLS and verdicts ask here each time, so a reload reaches the next one;
/// the <see cref="TrustKeeper"/> is the only writer, but for a new key, which Hypernet puts in force when no link of the
/// former one is left. It outlives restarts of actors. Disposing erases the keys.
/// </summary>
public sealed class NodeTrust : IDisposable
{
    // What lies in mailboxes when the key changes is handled by then, however short the overlap; our guess.
    private static readonly TimeSpan LeastKept = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<(TrustState State, DateTimeOffset EraseAt)> _former = [];
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
                former.State.Dispose();
            }
        }
    }

    /// <summary>Puts a state in force; for the keeper alone.</summary>
    internal void Use(TrustState state) => _current = state;

    /// <summary>A new key is to come; for the keeper alone.</summary>
    internal void Begin(PendingSuccession pending) => _pending = pending;

    /// <summary>Erases the keys whose overlap has ended; for the keeper alone.</summary>
    /// <returns>When there is something to erase again; null when no former key is left.</returns>
    internal DateTimeOffset? EraseFormer(DateTimeOffset now)
    {
        lock (_gate)
        {
            foreach (var former in _former.Where(former => former.EraseAt <= now))
            {
                former.State.Dispose();
            }

            _former.RemoveAll(former => former.EraseAt <= now);
            return _former.Count == 0 ? null : _former.Min(static former => former.EraseAt);
        }
    }

    /// <summary>Puts the new key in force; for Hypernet alone.</summary>
    /// <param name="now">The present.</param>
    /// <returns>Null when none was pending.</returns>
    internal PendingSuccession? Complete(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_pending is not { } pending)
            {
                return null;
            }

            // Namespaces may still be signing with it.
            _former.Add((_current, pending.Statement.Ends > now + LeastKept ? pending.Statement.Ends : now + LeastKept));
            _current = pending.State;
            _pending = null;
            return pending;
        }
    }
}
