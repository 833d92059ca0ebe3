using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <content>The vocabulary of the slot. Register and Unregister are the router's, batches the peer's.</content>
internal sealed partial class NamespaceSlot
{
    /// <summary>Who takes a message type.</summary>
    /// <param name="Module">The module; null when it has died and nobody took its place.</param>
    /// <param name="Lane">The lane of messages of this type that this node sends.</param>
    /// <param name="Protocol">What the type belongs to.</param>
    internal sealed record Registration(IActorRef? Module, Lane Lane, ProtocolRange? Protocol);

    /// <summary>From the multicast: messages to hand to their modules.</summary>
    internal sealed record DeliverPublications(IReadOnlyList<Delivery> Deliveries);

    private sealed record StillWaiting(string Type);
}
