using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>
/// The node's listening addresses. It outlives the actors above it: an address is bound once, and a restarted
/// <see cref="HypernetServer"/> takes over where its predecessor was, without refusing a single connection.
/// </summary>
/// <remarks>
/// Called by the transport from its own threads. While no server is attached, what was accepted is closed.
/// </remarks>
public sealed class Listeners
{
    private readonly NodeEnvironment _environment;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, EndpointSink> _sinks = new(StringComparer.Ordinal);
    private volatile IActorRef? _server;

    /// <summary>Creates the listeners of <c>network.listen</c>; nothing is bound yet.</summary>
    public Listeners(NodeEnvironment environment)
    {
        _environment = environment;
        Admission = new AdmissionGate(environment);
    }

    /// <summary>Decides who may come in.</summary>
    internal AdmissionGate Admission { get; }

    /// <summary>Reports to this server from now on: binds what is not bound yet, repeats what is.</summary>
    internal void Attach(IActorRef server)
    {
        _server = server;
        foreach (var endpoint in _environment.Settings.Network.Listen)
        {
            Listen(endpoint);
        }
    }

    /// <summary>The server is gone; nothing happens when another one took over already.</summary>
    internal void Detach(IActorRef server)
    {
        if (server.Equals(_server))
        {
            _server = null;
        }
    }

    /// <summary>Binds a configured address unless it is bound already; the outcome goes to the server.</summary>
    internal void Listen(string configured)
    {
        EndpointSink? sink;
        lock (_gate)
        {
            if (_sinks.TryGetValue(configured, out sink))
            {
                sink.RepeatBound();
                return;
            }

            sink = new EndpointSink(this, configured);
            _sinks.Add(configured, sink);
        }

        _environment.Port.Listen(configured, sink);
    }

    private void Forget(string configured)
    {
        lock (_gate)
        {
            _sinks.Remove(configured);
        }
    }

    private void Report(object message) => _server?.Tell(message, ActorRefs.NoSender);

    private sealed class EndpointSink(Listeners owner, string configured) : IListenSink
    {
        private volatile string? _bound;

        public void RepeatBound()
        {
            if (_bound is { } endpoint)
            {
                owner.Report(new HypernetServer.Bound(configured, endpoint));
            }
        }

        public void Bound(string endpoint)
        {
            _bound = endpoint;
            RepeatBound();
        }

        public void ListenFailed(string endpoint, string reason)
        {
            owner.Forget(configured);
            owner.Report(new HypernetServer.ListenFailed(configured, reason));
        }

        public bool MayAccept(string sourceIp) => owner._server is not null && owner.Admission.MayAccept(sourceIp);

        public void Accepted(ITransportConnection connection)
        {
            var source = AdmissionGate.SourceIp(connection.RemoteEndpoint);
            owner.Admission.SettleTls(source, AdmissionGate.TlsCpu(connection));
            if (owner._server is { } server)
            {
                server.Tell(new HypernetServer.Accepted(connection), ActorRefs.NoSender);
            }
            else
            {
                owner.Admission.Ended(source, isMember: false, tlsCpu: null);
                connection.Close();
            }
        }

        public void AcceptFailed(string sourceIp, TransportFailure failure, TimeSpan cpu)
        {
            owner.Admission.SettleTls(sourceIp, cpu > TimeSpan.Zero ? cpu : null);
            owner.Admission.Ended(sourceIp, isMember: false, tlsCpu: null);
            owner.Report(new HypernetServer.AcceptFailed(sourceIp, failure));
        }

        public void AcceptLost(TransportFailure failure) =>
            owner._environment.Counters.Add("accept.lost." + ReasonName.Of(failure.Reason));
    }
}
