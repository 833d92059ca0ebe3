using System.Buffers.Binary;
using System.Text;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Session;

/// <summary>
/// What a finished handshake gives, and nothing else can: two nodes that have proven who they are, and a secret from
/// which every key between them is derived. Not safe for concurrent use. Disposing erases the pair's secret; namespace
/// sessions derived before live on.
/// </summary>
public sealed class PairSession : IDisposable
{
    /// <summary>Length of the nonce that each side draws when it opens a namespace.</summary>
    public const int NamespaceNonceLengthBytes = 16;

    /// <summary>Longest namespace name, in UTF-8 bytes.</summary>
    public const int MaxNamespaceBytes = 128;

    private readonly SecretBytes _secret;
    private readonly SessionTerms _terms;
    private bool _disposed;

    internal PairSession(SecretBytes secret, SessionTerms terms, RemoteNode remote)
    {
        _secret = secret;
        _terms = terms;
        RemoteEpoch = remote.Epoch;
        RemoteLinkNonce = remote.LinkNonce;
        RemoteChain = remote.Chain;
        RemoteCertificateNotAfter = remote.NotAfter;
        Link = Session("", 0, "link"u8, [], RecordOrder.InOrder);
    }

    /// <summary>The far end's proven identity.</summary>
    public NodeId RemoteId => _terms.Remote;

    /// <summary>The far end's epoch, signed by it in this handshake.</summary>
    public ulong RemoteEpoch { get; }

    /// <summary>The number that the far end drew for this link, signed by it.</summary>
    public ulong RemoteLinkNonce { get; }

    /// <summary>The far end's certificates.</summary>
    public CertificateChain RemoteChain { get; }

    /// <summary>The session may not outlive this moment: the earliest end on the far end's certificate path.</summary>
    public DateTimeOffset RemoteCertificateNotAfter { get; }

    /// <summary>True at the side that sent message 1.</summary>
    public bool WeInitiated => _terms.WeInitiated;

    /// <summary>The suite agreed on.</summary>
    public AeadSuite Suite => _terms.Suite;

    /// <summary>False when both sides switched record encryption off.</summary>
    public bool EncryptionEnabled => _terms.EncryptionEnabled;

    /// <summary>The session of link-level frames, with the reserved tag 0. Disposed together with the pair.</summary>
    public NamespaceSession Link { get; }

    /// <summary>
    /// A name for a namespace that only this pair can compute, equal on both sides and never 0. An observer learns
    /// nothing from it. The far end recognises the namespaces it has itself; of others it can only confirm a name that
    /// it guesses.
    /// </summary>
    /// <exception cref="ArgumentException">The name is empty or longer than <see cref="MaxNamespaceBytes"/>.</exception>
    public ulong OfferTag(string ns)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var hash = Suite.Hash;
        using var key = new SecretBytes(hash.LengthBytes);
        Hkdf.ExpandLabel(hash, _secret.Span, "offer"u8, [], key.Span);
        Span<byte> mac = stackalloc byte[SuiteHash.MaxLengthBytes];
        hash.Hmac(key.Span, NameBytes(ns), mac[..hash.LengthBytes]);
        return NeverZero(BinaryPrimitives.ReadUInt64LittleEndian(mac));
    }

    /// <summary>
    /// The session of a namespace that both sides opened. Each opening draws fresh nonces, so a namespace that restarts
    /// gets new keys and a new tag, and no key ever meets a counter twice.
    /// </summary>
    /// <param name="ns">The namespace's name, 1 to <see cref="MaxNamespaceBytes"/> bytes of UTF-8.</param>
    /// <param name="ourNonce">The 16 bytes that we sent.</param>
    /// <param name="theirNonce">The 16 bytes that they sent.</param>
    /// <exception cref="ArgumentException">A nonce or the name has the wrong length.</exception>
    public NamespaceSession Derive(string ns, ReadOnlySpan<byte> ourNonce, ReadOnlySpan<byte> theirNonce) =>
        Derive(ns, ourNonce, theirNonce, RecordOrder.InOrder);

    /// <summary>The same over relays, which may lose and reorder records.</summary>
    /// <param name="ns">The namespace's name, 1 to <see cref="MaxNamespaceBytes"/> bytes of UTF-8.</param>
    /// <param name="ourNonce">The 16 bytes that we sent.</param>
    /// <param name="theirNonce">The 16 bytes that they sent.</param>
    /// <param name="order">What the way below does to records; both ends must say the same.</param>
    /// <exception cref="ArgumentException">A nonce or the name has the wrong length.</exception>
    public NamespaceSession Derive(string ns, ReadOnlySpan<byte> ourNonce, ReadOnlySpan<byte> theirNonce, RecordOrder order)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (ourNonce.Length != NamespaceNonceLengthBytes || theirNonce.Length != NamespaceNonceLengthBytes)
        {
            throw new ArgumentException($"A namespace nonce has {NamespaceNonceLengthBytes} bytes.", nameof(ourNonce));
        }

        var name = NameBytes(ns);
        Span<byte> context = stackalloc byte[(2 * NamespaceNonceLengthBytes) + MaxNamespaceBytes];
        (WeInitiated ? ourNonce : theirNonce).CopyTo(context);
        (WeInitiated ? theirNonce : ourNonce).CopyTo(context[NamespaceNonceLengthBytes..]);
        name.CopyTo(context[(2 * NamespaceNonceLengthBytes)..]);
        context = context[..((2 * NamespaceNonceLengthBytes) + name.Length)];

        Span<byte> tag = stackalloc byte[sizeof(ulong)];
        Hkdf.ExpandLabel(Suite.Hash, _secret.Span, "session tag"u8, context, tag);
        return Session(ns, NeverZero(BinaryPrimitives.ReadUInt64LittleEndian(tag)), "namespace"u8, context, order);
    }

    /// <summary>Keys for the packets of a tunnel between the two, apart from those of every record. Each call gives the same keys: call once.</summary>
    /// <param name="self">This node.</param>
    public Tunnel.TunnelCipher TunnelCipher(NodeId self)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var outbound = new SecretBytes(Suite.Hash.LengthBytes);
        using var inbound = new SecretBytes(Suite.Hash.LengthBytes);
        Hkdf.ExpandLabel(Suite.Hash, _secret.Span, "tunnel"u8, [WeInitiated ? (byte)1 : (byte)2], outbound.Span);
        Hkdf.ExpandLabel(Suite.Hash, _secret.Span, "tunnel"u8, [WeInitiated ? (byte)2 : (byte)1], inbound.Span);
        return new Tunnel.TunnelCipher(new RecordCipher(Suite, outbound.Span), new RecordCipher(Suite, inbound.Span), self, RemoteId, _terms.Rekey);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _disposed = true;
        _secret.Dispose();
        Link.Dispose();
    }

    /// <summary>The far end and the terms; nothing secret.</summary>
    public override string ToString() =>
        $"session with {RemoteId.ShortId}, {Suite.Name}{(EncryptionEnabled ? "" : ", records in clear")}";

    private NamespaceSession Session(string ns, ulong tag, ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, RecordOrder order)
    {
        var secret = new SecretBytes(Suite.Hash.LengthBytes);
        Hkdf.ExpandLabel(Suite.Hash, _secret.Span, label, context, secret.Span);
        return new NamespaceSession(ns, tag, secret, _terms, order);
    }

    private static byte[] NameBytes(string ns)
    {
        var name = Encoding.UTF8.GetBytes(ns);
        return name.Length is > 0 and <= MaxNamespaceBytes
            ? name
            : throw new ArgumentException($"A namespace name has 1 to {MaxNamespaceBytes} bytes of UTF-8.", nameof(ns));
    }

    // 0 is the link's own.
    private static ulong NeverZero(ulong tag) => tag == 0 ? 1 : tag;
}

/// <summary>What the far end proved about itself.</summary>
internal sealed record RemoteNode(NodeId Id, ulong Epoch, ulong LinkNonce, CertificateChain Chain, DateTimeOffset NotAfter);
