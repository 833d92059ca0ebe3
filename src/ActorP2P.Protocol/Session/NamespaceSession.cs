using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Session;

/// <summary>
/// The keys of one namespace between two nodes: one sealer and one opener a lane, each with its own key and counter,
/// renewed while traffic flows. Lives on its own once derived. Not safe for concurrent use. Disposing erases its keys.
/// </summary>
public sealed class NamespaceSession : IDisposable
{
    private readonly SessionTerms _terms;
    private readonly RecordSealer[] _sealers = new RecordSealer[Lanes.Count];
    private readonly RecordOpener[] _openers = new RecordOpener[Lanes.Count];
    private readonly SessionRekey? _rekey;
    private bool _disposed;

    internal NamespaceSession(string ns, ulong tag, SecretBytes secret, SessionTerms terms, RecordOrder order)
    {
        Namespace = ns;
        Tag = tag;
        _terms = terms;
        var first = terms.EncryptionEnabled ? new GenerationSecret(0, secret, terms) : null;
        var usage = new GenerationUsage();
        for (var lane = 0; lane < Lanes.Count; lane++)
        {
            _sealers[lane] = new RecordSealer(first, (Lane)lane, tag, terms, usage);
            _openers[lane] = new RecordOpener(first, (Lane)lane, tag, terms, usage, order);
        }

        if (first is null)
        {
            secret.Dispose();
        }
        else
        {
            _rekey = new SessionRekey(first, tag, terms, order, usage, _sealers, _openers);
            _openers[(int)Lane.Control].Rekey = _rekey;
        }
    }

    /// <summary>The namespace's name; empty for the link's own session.</summary>
    public string Namespace { get; }

    /// <summary>The session field of its frames; 0 for the link's own session and for no other.</summary>
    public ulong Tag { get; }

    /// <summary>The far end.</summary>
    public NodeId Remote => _terms.Remote;

    /// <summary>Generations of keys that came after the first; 0 for ever with encryption off.</summary>
    public uint Generation => _rekey?.Generation ?? 0;

    /// <summary>When <see cref="Renew"/> is due even if nothing is sent or received; null before its first call and with encryption off.</summary>
    public DateTimeOffset? RenewAt => _disposed ? null : _rekey?.NextAt;

    /// <summary>The one sealer of a lane; its key is derived at the first record.</summary>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public RecordSealer Sealer(Lane lane)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _sealers[(int)lane];
    }

    /// <summary>The one opener of a lane; its key is derived at the first record.</summary>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public RecordOpener Opener(Lane lane)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _openers[(int)lane];
    }

    /// <summary>
    /// Carries the change of keys on: call it after records were received, before others are sealed, and at
    /// <see cref="RenewAt"/>.
    /// </summary>
    /// <param name="now">The present.</param>
    /// <param name="frames">Gets control-lane records, to be sent in this order before anything sealed later.</param>
    /// <returns>Why the session must end, or null.</returns>
    public RekeyFailure? Renew(DateTimeOffset now, List<ReadOnlyMemory<byte>> frames) =>
        _disposed ? null : _rekey?.Advance(now, frames);

    /// <inheritdoc />
    public void Dispose()
    {
        _disposed = true;
        _rekey?.Dispose();
        foreach (var sealer in _sealers)
        {
            sealer.Dispose();
        }

        foreach (var opener in _openers)
        {
            opener.Dispose();
        }
    }
}
