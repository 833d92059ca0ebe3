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

    private StateScope(SignatureContext context, string networkId, string namespaceName)
    {
        Context = context;
        var writer = new WireWriter(64);
        writer.WriteText(networkId);
        writer.WriteText(namespaceName);
        _prefix = writer.Detach();
    }

    /// <summary>Label of the signature.</summary>
    public SignatureContext Context { get; }

    /// <summary>The link state of a network.</summary>
    public static StateScope LinkState(string networkId) => new(SignatureContext.LinkState, networkId, string.Empty);

    /// <summary>The state of one namespace.</summary>
    public static StateScope Namespace(string networkId, string namespaceName) => new(SignatureContext.NamespaceState, networkId, namespaceName);

    internal ReadOnlyMemory<byte> SignedData(NodeId node, ulong epoch, ulong seq, ReadOnlySpan<byte> body)
    {
        var writer = new WireWriter(_prefix.Length + NodeId.LengthBytes + (2 * sizeof(ulong)) + body.Length);
        writer.WriteBytes(_prefix.Span);
        writer.WriteBytes(node.Point);
        writer.WriteUInt64(epoch);
        writer.WriteUInt64(seq);
        writer.WriteBytes(body);
        return writer.Detach();
    }
}
