using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Session;

/// <summary>
/// The keys of one namespace between two nodes: one sealer and one opener a lane, each with its own key and counter.
/// Lives on its own once derived. Not safe for concurrent use. Disposing erases its keys.
/// </summary>
public sealed class NamespaceSession : IDisposable
{
    private const byte InitiatorToResponder = 1;
    private const byte ResponderToInitiator = 2;

    private readonly SecretBytes _secret;
    private readonly SessionTerms _terms;
    private readonly RecordSealer?[] _sealers = new RecordSealer?[Lanes.Count];
    private readonly RecordOpener?[] _openers = new RecordOpener?[Lanes.Count];
    private bool _disposed;

    internal NamespaceSession(string ns, ulong tag, SecretBytes secret, SessionTerms terms)
    {
        Namespace = ns;
        Tag = tag;
        _secret = secret;
        _terms = terms;
    }

    /// <summary>The namespace's name; empty for the link's own session.</summary>
    public string Namespace { get; }

    /// <summary>The session field of its frames; 0 for the link's own session and for no other.</summary>
    public ulong Tag { get; }

    /// <summary>The far end.</summary>
    public NodeId Remote => _terms.Remote;

    /// <summary>The one sealer of a lane; its key is derived at the first call.</summary>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public RecordSealer Sealer(Lane lane)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var outbound = _terms.WeInitiated ? InitiatorToResponder : ResponderToInitiator;
        return _sealers[(int)lane] ??= new RecordSealer(Cipher(lane, outbound), lane, Tag, _terms.MaxRecords);
    }

    /// <summary>The one opener of a lane; its key is derived at the first call.</summary>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public RecordOpener Opener(Lane lane)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var inbound = _terms.WeInitiated ? ResponderToInitiator : InitiatorToResponder;
        return _openers[(int)lane] ??= new RecordOpener(Cipher(lane, inbound), lane, Tag, _terms.MaxRecords);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _disposed = true;
        _secret.Dispose();
        foreach (var sealer in _sealers)
        {
            sealer?.Dispose();
        }

        foreach (var opener in _openers)
        {
            opener?.Dispose();
        }
    }

    private RecordCipher? Cipher(Lane lane, byte direction)
    {
        if (!_terms.EncryptionEnabled)
        {
            return null;
        }

        var hash = _terms.Suite.Hash;
        using var laneSecret = new SecretBytes(hash.LengthBytes);
        Hkdf.ExpandLabel(hash, _secret.Span, "lane"u8, [(byte)lane, direction], laneSecret.Span);
        return new RecordCipher(_terms.Suite, laneSecret.Span);
    }
}

/// <summary>What both ends of a pair agreed on, as far as records need it.</summary>
internal sealed record SessionTerms(NodeId Remote, bool WeInitiated, AeadSuite Suite, bool EncryptionEnabled, ulong MaxRecords);
