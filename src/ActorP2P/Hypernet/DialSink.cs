using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>Hands the one outcome of a dial to the client.</summary>
internal sealed class DialSink(IActorRef client, string address) : IDialSink
{
    public void Dialled(ITransportConnection connection) =>
        client.Tell(new HypernetClient.Dialled(connection, address), ActorRefs.NoSender);

    public void DialFailed(DialRequest request, TransportFailure failure) =>
        client.Tell(new HypernetClient.DialFailed(address, failure), ActorRefs.NoSender);
}
