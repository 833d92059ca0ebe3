using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// Network and namespace of a publication. They are part of what the origin signs and are not sent, so a
/// message carried over from another network or namespace fails its signature.
/// </summary>
public sealed class PublicationScope
{
    /// <summary>Makes the scope of one namespace.</summary>
    public PublicationScope(string networkId, string namespaceName)
    {
        var writer = new WireWriter(64);
        writer.WriteText(networkId);
        writer.WriteText(namespaceName);
        Prefix = writer.Detach();
    }

    internal ReadOnlyMemory<byte> Prefix { get; }
}
