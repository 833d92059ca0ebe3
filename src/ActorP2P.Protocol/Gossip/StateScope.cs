using System.Buffers.Binary;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Gossip;

/// <summary>
/// What a signed state belongs to. Network and namespace are part of what is signed and are not sent: both
/// ends know them, and a state carried over from another network or namespace fails its signature.
/// </summary>
public sealed class StateScope
{
    private readonly ReadOnlyMemory<byte> _prefix;

    private StateScope(SignatureContext context, string networkId, string namespaceName, StateSection[] sections)
    {
        Context = context;
        Sections = sections;
        var writer = new WireWriter(64);
        writer.WriteText(networkId);
        writer.WriteText(namespaceName);
        _prefix = writer.Detach();
    }

    /// <summary>Label of the signature.</summary>
    public SignatureContext Context { get; }

    /// <summary>
    /// The sections of a node here, ascending. Every epoch of a node has the first one; another one of a lower epoch than
    /// that is over.
    /// </summary>
    public IReadOnlyList<StateSection> Sections { get; }

    /// <summary>The link state of a network.</summary>
    public static StateScope LinkState(string networkId) =>
        new(SignatureContext.LinkState, networkId, string.Empty, [StateSection.LinkState]);

    /// <summary>The state of one namespace.</summary>
    public static StateScope Namespace(string networkId, string namespaceName) =>
        new(SignatureContext.NamespaceState, networkId, namespaceName, [StateSection.Interests, StateSection.Status]);

    /// <summary>The first section, which every epoch of a node has.</summary>
    internal StateSection Leading => Sections[0];

    internal bool Has(StateSection section) => section >= Sections[0] && section <= Sections[^1];

    /// <summary>What is signed, with room behind it.</summary>
    internal byte[] SignedData(NodeId node, ulong epoch, ulong seq, ReadOnlySpan<byte> body, int roomBytes)
    {
        var head = _prefix.Length + NodeId.LengthBytes;
        var data = new byte[head + (2 * sizeof(ulong)) + body.Length + roomBytes];
        _prefix.Span.CopyTo(data);
        node.Point.CopyTo(data.AsSpan(_prefix.Length));
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(head), epoch);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(head + sizeof(ulong)), seq);
        body.CopyTo(data.AsSpan(head + (2 * sizeof(ulong))));
        return data;
    }
}
