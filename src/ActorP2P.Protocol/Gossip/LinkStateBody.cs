using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// A node's links.
/// <code>
/// u8 section = 1
/// u8 count, count x (u16 length, host:port)     strictly ascending
/// 32 bytes SHA-256 of the encoded certificate chain
/// u16 count, count x u64 NodeId.Reference        strictly ascending
/// </code>
/// </summary>
public sealed record LinkStateBody : StateBody
{
    private LinkStateBody(IReadOnlyList<string> addresses, ReadOnlyMemory<byte> certificateHash, IReadOnlyList<ulong> neighbours)
    {
        Addresses = addresses;
        CertificateHash = certificateHash;
        NeighbourReferences = neighbours;
    }

    /// <inheritdoc />
    public override StateSection Section => StateSection.LinkState;

    /// <summary>host:port where the node says it can be dialled. A claim: the handshake proves who answers there.</summary>
    public IReadOnlyList<string> Addresses { get; }

    /// <summary>SHA-256 of the encoded certificate chain, 32 bytes.</summary>
    public ReadOnlyMemory<byte> CertificateHash { get; }

    /// <summary>Nodes it is linked to, ascending.</summary>
    public IReadOnlyList<ulong> NeighbourReferences { get; }

    /// <summary>Makes a body; order and repetition do not matter.</summary>
    /// <exception cref="ArgumentException">A limit is exceeded or the hash has not 32 bytes.</exception>
    public static LinkStateBody Create(IEnumerable<string> addresses, ReadOnlyMemory<byte> certificateHash, IEnumerable<ulong> neighbours, StateLimits limits)
    {
        var body = new LinkStateBody(
            addresses.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray(),
            certificateHash.ToArray(),
            neighbours.Distinct().Order().ToArray());
        return certificateHash.Length == SHA256.HashSizeInBytes && TryDecode(body.Encode(), limits, out _)
            ? body
            : throw new ArgumentException("The link state exceeds a limit of the state sync settings.", nameof(addresses));
    }

    /// <summary>Reads the canonical form, to which the body goes on referring; false for anything else and for exceeded limits.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, StateLimits limits, [NotNullWhen(true)] out LinkStateBody? body)
    {
        body = null;
        var reader = new WireReader(bytes);
        if (bytes.Length > limits.MaxLinkStateBytes
            || !TryReadSection(ref reader, StateSection.LinkState)
            || !TryReadAddresses(ref reader, out var addresses)
            || !reader.TryReadBytes(SHA256.HashSizeInBytes, out var hash)
            || !TryReadNeighbours(ref reader, limits, out var neighbours)
            || reader.RemainingBytes != 0)
        {
            return false;
        }

        body = new LinkStateBody(addresses, hash, neighbours);
        return true;
    }

    /// <inheritdoc />
    public override ReadOnlyMemory<byte> Encode()
    {
        var writer = new WireWriter(64 + (NeighbourReferences.Count * sizeof(ulong)));
        writer.WriteByte((byte)StateSection.LinkState);
        writer.WriteByte((byte)Math.Min(Addresses.Count, byte.MaxValue));
        foreach (var address in Addresses)
        {
            writer.WriteText(address);
        }

        writer.WriteBytes(CertificateHash.Span);
        writer.WriteUInt16((ushort)Math.Min(NeighbourReferences.Count, ushort.MaxValue));
        foreach (var neighbour in NeighbourReferences)
        {
            writer.WriteUInt64(neighbour);
        }

        return writer.Detach();
    }

    private static bool TryReadAddresses(ref WireReader reader, out string[] addresses)
    {
        addresses = [];
        if (!reader.TryReadByte(out var count) || count > StateLimits.MaxAddresses)
        {
            return false;
        }

        addresses = new string[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadText(StateLimits.MaxAddressBytes, out var address)
                || !IsAscending(i == 0 ? null : addresses[i - 1], address)
                || !NetworkAddress.TryParse(address, out _, out _))
            {
                return false;
            }

            addresses[i] = address;
        }

        return true;
    }

    private static bool TryReadNeighbours(ref WireReader reader, StateLimits limits, out ulong[] neighbours)
    {
        neighbours = [];
        if (!reader.TryReadUInt16(out var count) || count > limits.MaxNeighbours || reader.RemainingBytes < count * sizeof(ulong))
        {
            return false;
        }

        neighbours = new ulong[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt64(out neighbours[i]) || (i > 0 && neighbours[i] <= neighbours[i - 1]))
            {
                return false;
            }
        }

        return true;
    }
}
