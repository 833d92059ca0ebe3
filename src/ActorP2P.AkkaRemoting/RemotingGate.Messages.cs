using ActorP2P.Protocol.Identity;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace ActorP2P.AkkaRemoting;

internal sealed partial class RemotingGate
{
    /// <summary>Open an association; the source gets the handle, or why there is none.</summary>
    public sealed record Associate(Address Remote, NodeId Node, TaskCompletionSource<AssociationHandle> Answer);

    /// <summary>Inbound associations go there.</summary>
    public sealed record ListenerReady(IAssociationEventListener Listener);

    /// <summary>PDUs wait.</summary>
    public sealed record Flush(P2PAssociationHandle Handle);

    /// <summary>A heartbeat, which overtakes what waits.</summary>
    public sealed record Pulse(P2PAssociationHandle Handle, ByteString Pdu);

    /// <summary>Another control PDU, and how many of both kinds were written before it.</summary>
    public sealed record Control(P2PAssociationHandle Handle, uint ControlsBefore, ulong PayloadsBefore, ByteString Pdu);

    /// <summary>Akka.Remote reads an association now.</summary>
    public sealed record ReaderReady(P2PAssociationHandle Handle, IHandleEventListener Reader);

    /// <summary>Akka.Remote ends an association.</summary>
    public sealed record Disassociate(P2PAssociationHandle Handle);

    /// <summary>End all associations and leave the network.</summary>
    public sealed record Shutdown(TaskCompletionSource<bool> Done);

    /// <summary>An association was not accepted in time.</summary>
    private sealed record AssociateTimedOut(AssociationKey Key);

    /// <summary>What an outcome of the runtime is about: a batch of payload, and what its confirmation confirms; or a control PDU, of no bytes.</summary>
    private sealed record InFlight(AssociationKey Key, long Bytes, int Batches);

    /// <summary>What an outcome is about that changes nothing: the next heartbeat, or the control PDU itself once more, is on its way.</summary>
    private sealed record AnySignal
    {
        public static readonly AnySignal Instance = new();
    }
}
