using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>
/// The module interface for programs that have no actors of their own: tasks for what is sent, async streams for what
/// comes. Everything goes through the namespace router; a refusal or failure is a <see cref="P2PClientException"/>.
/// </summary>
/// <param name="system">Hosts the actors behind the streams.</param>
/// <param name="router">The node's namespace router.</param>
/// <param name="answerTimeout">How long to wait for an answer that is not a request's; a request has its own deadline.</param>
public sealed class P2PClient(ActorSystem system, IActorRef router, TimeSpan answerTimeout)
{
    /// <summary>Opens a namespace, or finds it open.</summary>
    public async Task OpenAsync(string ns, NamespaceSettings? settings = null, CancellationToken cancellation = default) =>
        await AskAsync<Opened>(new NamespaceRouter.Open(ns, settings), answerTimeout, cancellation).ConfigureAwait(false);

    /// <summary>Closes a namespace.</summary>
    public async Task CloseAsync(string ns, CancellationToken cancellation = default) =>
        await AskAsync<Closed>(new NamespaceRouter.Close(ns), answerTimeout, cancellation).ConfigureAwait(false);

    /// <summary>Sends to one node; done when the far side's module has it.</summary>
    public async Task SendAsync(string ns, NodeId to, string type, ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) =>
        await AskAsync<Sent>(new NamespaceRouter.Unicast(ns, to, type, payload, Confirm: true), answerTimeout, cancellation).ConfigureAwait(false);

    /// <summary>Asks one node and returns its reply.</summary>
    public async Task<ReadOnlyMemory<byte>> RequestAsync(
        string ns,
        NodeId to,
        string type,
        ReadOnlyMemory<byte> payload,
        TimeSpan timeout,
        CancellationToken cancellation = default)
    {
        // The runtime's own deadline comes first and says more than an elapsed wait.
        var request = new NamespaceRouter.Request(ns, to, type, payload, timeout);
        return (await AskAsync<Reply>(request, timeout + answerTimeout, cancellation).ConfigureAwait(false)).Payload;
    }

    /// <summary>Sends to all nodes that follow a topic.</summary>
    public async Task<MessageId> PublishAsync(string ns, string topic, string type, ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) =>
        (await AskAsync<Published>(new NamespaceRouter.Multicast(ns, topic, type, payload), answerTimeout, cancellation).ConfigureAwait(false)).MessageId;

    /// <summary>Sends to all nodes of the namespace.</summary>
    public async Task<MessageId> BroadcastAsync(string ns, string type, ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) =>
        (await AskAsync<Published>(new NamespaceRouter.Broadcast(ns, type, payload), answerTimeout, cancellation).ConfigureAwait(false)).MessageId;

    /// <summary>Follows a topic.</summary>
    public async Task SubscribeAsync(string ns, string topic, CancellationToken cancellation = default) =>
        await AskAsync<Subscribed>(new NamespaceRouter.Subscribe(ns, topic), answerTimeout, cancellation).ConfigureAwait(false);

    /// <summary>Leaves a topic.</summary>
    public async Task UnsubscribeAsync(string ns, string topic, CancellationToken cancellation = default) =>
        await AskAsync<Unsubscribed>(new NamespaceRouter.Unsubscribe(ns, topic), answerTimeout, cancellation).ConfigureAwait(false);

    /// <summary>Sets a status entry of this node, or removes it with an empty value; returns the state's seq.</summary>
    public async Task<ulong> SetStatusAsync(string ns, string key, ReadOnlyMemory<byte> value, CancellationToken cancellation = default) =>
        (await AskAsync<StatusSet>(new NamespaceRouter.SetStatus(ns, key, value), answerTimeout, cancellation).ConfigureAwait(false)).Seq;

    /// <summary>The namespace's members.</summary>
    public Task<PeersSnapshot> GetPeersAsync(string ns, CancellationToken cancellation = default) =>
        AskAsync<PeersSnapshot>(new NamespaceRouter.GetPeers(ns), answerTimeout, cancellation);

    /// <summary>Who follows which topic.</summary>
    public Task<TopicsSnapshot> GetTopicsAsync(string ns, CancellationToken cancellation = default) =>
        AskAsync<TopicsSnapshot>(new NamespaceRouter.GetTopics(ns), answerTimeout, cancellation);

    /// <summary>A node's status entries.</summary>
    public Task<StatusSnapshot> GetStatusAsync(string ns, NodeId node, CancellationToken cancellation = default) =>
        AskAsync<StatusSnapshot>(new NamespaceRouter.GetStatus(ns, node), answerTimeout, cancellation);

    /// <summary>The way to every known node.</summary>
    public Task<RoutesSnapshot> GetRoutesAsync(CancellationToken cancellation = default) =>
        AskAsync<RoutesSnapshot>(new NamespaceRouter.GetRoutes(), answerTimeout, cancellation);

    /// <summary>What the namespace has exchanged with each node.</summary>
    public Task<TrafficSnapshot> GetTrafficAsync(string ns, CancellationToken cancellation = default) =>
        AskAsync<TrafficSnapshot>(new NamespaceRouter.GetTraffic(ns), answerTimeout, cancellation);

    /// <summary>The node's links.</summary>
    public Task<LinksSnapshot> GetLinksAsync(CancellationToken cancellation = default) =>
        AskAsync<LinksSnapshot>(new NamespaceRouter.GetLinks(), answerTimeout, cancellation);

    /// <summary>The open namespaces.</summary>
    public Task<NamespacesSnapshot> GetNamespacesAsync(CancellationToken cancellation = default) =>
        AskAsync<NamespacesSnapshot>(new NamespaceRouter.GetNamespaces(), answerTimeout, cancellation);

    /// <summary>The node's counters.</summary>
    public Task<CountersSnapshot> GetCountersAsync(CancellationToken cancellation = default) =>
        AskAsync<CountersSnapshot>(new NamespaceRouter.GetCounters(), answerTimeout, cancellation);

    /// <summary>
    /// Takes the messages of a type for as long as the stream is read. The buffer is the demand of the registration: what does not
    /// fit waits, and holds back its sender; publications that wait beyond <c>modules.waiting-bytes</c> are dropped and
    /// counted (<see cref="IncomingMessage.DroppedBefore"/>). What was not read when the stream ends fails at its sender.
    /// </summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="type">Message type; it must have no module yet.</param>
    /// <param name="capacity">Messages that may wait to be read.</param>
    /// <param name="lane">Lane of messages of this type that this node sends.</param>
    /// <param name="protocol">Protocol that the type belongs to.</param>
    /// <param name="cancellation">Ends the stream.</param>
    public async IAsyncEnumerable<IncomingMessage> ReceiveAsync(
        string ns,
        string type,
        int capacity,
        Lane lane = Lane.Request,
        ProtocolRange? protocol = null,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var buffer = Channel.CreateBounded<IncomingMessage>(new BoundedChannelOptions(capacity) { SingleReader = true });
        var writer = buffer.Writer;
        var module = system.ActorOf(Props.Create(() => new IncomingMessages(writer)));
        try
        {
            await AskAsync<Registered>(new NamespaceRouter.Register(ns, type, module, lane, new Demand(capacity), protocol), answerTimeout, cancellation).ConfigureAwait(false);
            var consumed = new NamespaceRouter.Consumed(ns, type, module);
            await foreach (var message in buffer.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                router.Tell(consumed, ActorRefs.NoSender);
                yield return message;
            }
        }
        finally
        {
            router.Tell(new NamespaceRouter.Unregister(ns, type), ActorRefs.NoSender);
            system.Stop(module);
        }
    }

    /// <summary>
    /// Control events in order, from now on. The stream fails when its reader falls behind by more than the buffer:
    /// an observer with a gap would believe what is not so.
    /// </summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="capacity">Events that may wait to be read.</param>
    /// <param name="cancellation">Ends the stream.</param>
    public async IAsyncEnumerable<ControlEvent> ObserveAsync(string ns, int capacity, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var buffer = Channel.CreateBounded<ControlEvent>(new BoundedChannelOptions(capacity) { SingleReader = true });
        var writer = buffer.Writer;
        var observer = system.ActorOf(Props.Create(() => new IncomingEvents(writer)));
        try
        {
            // The answer to the observer is the snapshot; a refusal comes to the asker, who is the observer as well.
            router.Tell(new NamespaceRouter.Observe(ns, observer, []), observer);
            await foreach (var controlEvent in buffer.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                yield return controlEvent;
            }
        }
        finally
        {
            system.Stop(observer);
        }
    }

    private async Task<TAnswer> AskAsync<TAnswer>(object message, TimeSpan timeout, CancellationToken cancellation)
    {
        object answer;
        try
        {
            answer = await router.Ask<object>(message, timeout, cancellation).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            throw new P2PClientException(SendFailure.TimedOut, $"No answer to {message.GetType().Name} within {timeout}.");
        }

        return answer is TAnswer expected ? expected : throw P2PClientException.From(answer);
    }
}
