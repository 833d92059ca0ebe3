using ActorP2P.Protocol.Frames;
using ActorP2P.Transport;

namespace ActorP2P.Tests.Network;

/// <summary>A node's transport port, with what goes on at it counted: the truth about how many connections it has.</summary>
internal sealed class ObservedPort(ITransportPort inner) : ITransportPort
{
    private static readonly TransportFailure CutOff = new(TransportFailureReason.Refused, "cut by the test");

    private readonly TaskCompletionSource<string> _bound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(string Address, ITransportConnection Connection)> _dialled = [];
    private HashSet<string> _cut = [];
    private int _open;
    private int _made;

    /// <summary>The bound address.</summary>
    public Task<string> Bound => _bound.Task;

    /// <summary>Connections that are not closed.</summary>
    public int OpenConnections => Volatile.Read(ref _open);

    /// <summary>Connections that ever were.</summary>
    public int ConnectionsMade => Volatile.Read(ref _made);

    /// <summary>Gets each dial and lets it go on when it likes; null dials at once.</summary>
    public Action<Action>? HoldDial { get; set; }

    public void Listen(string endpoint, IListenSink sink) => inner.Listen(endpoint, new ListenSink(this, sink));

    /// <summary>Ends the connections that were dialled to these addresses, and lets dials to them fail until <see cref="Heal"/>.</summary>
    public void Cut(IReadOnlyCollection<string> addresses)
    {
        List<ITransportConnection> ended;
        lock (_dialled)
        {
            _cut = [.. addresses];
            ended = [.. _dialled.Where(dialled => _cut.Contains(dialled.Address)).Select(static dialled => dialled.Connection)];
            _dialled.RemoveAll(dialled => _cut.Contains(dialled.Address));
        }

        ended.ForEach(static connection => connection.Close());
    }

    /// <summary>Dials go out again.</summary>
    public void Heal()
    {
        lock (_dialled)
        {
            _cut = [];
        }
    }

    public void Dial(DialRequest request, IDialSink sink)
    {
        if (IsCut(request.Address))
        {
            sink.DialFailed(request, CutOff);
            return;
        }

        void Go() => inner.Dial(request, new DialSink(this, sink, request.Address));
        if (HoldDial is { } hold)
        {
            hold(Go);
        }
        else
        {
            Go();
        }
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private Connection Count(ITransportConnection connection)
    {
        Interlocked.Increment(ref _made);
        Interlocked.Increment(ref _open);
        return new Connection(this, connection);
    }

    private sealed class ListenSink(ObservedPort port, IListenSink inner) : IListenSink
    {
        public void Bound(string endpoint)
        {
            port._bound.TrySetResult(endpoint);
            inner.Bound(endpoint);
        }

        public void ListenFailed(string endpoint, string reason)
        {
            port._bound.TrySetException(new InvalidOperationException($"{endpoint}: {reason}"));
            inner.ListenFailed(endpoint, reason);
        }

        public bool MayAccept(string sourceIp) => inner.MayAccept(sourceIp);

        public void Accepted(ITransportConnection connection) => inner.Accepted(port.Count(connection));

        public void AcceptFailed(string sourceIp, TransportFailure failure, TimeSpan cpu) => inner.AcceptFailed(sourceIp, failure, cpu);

        public void AcceptLost(TransportFailure failure) => inner.AcceptLost(failure);
    }

    private bool IsCut(string address)
    {
        lock (_dialled)
        {
            return _cut.Contains(address);
        }
    }

    private sealed class DialSink(ObservedPort port, IDialSink inner, string address) : IDialSink
    {
        public void Dialled(ITransportConnection connection)
        {
            var counted = port.Count(connection);
            lock (port._dialled)
            {
                port._dialled.Add((address, counted));
            }

            inner.Dialled(counted);

            // The cut may have come while it was dialled.
            if (port.IsCut(address))
            {
                counted.Close();
            }
        }

        public void DialFailed(DialRequest request, TransportFailure failure) => inner.DialFailed(request, failure);
    }

    private sealed class Connection(ObservedPort port, ITransportConnection inner) : ITransportConnection, IConnectionSink
    {
        private IConnectionSink? _sink;
        private int _isOver;

        public long Id => inner.Id;

        public string RemoteEndpoint => inner.RemoteEndpoint;

        public TlsBinding? Tls => inner.Tls;

        public void Start(IConnectionSink sink, int maxBodyBytes)
        {
            _sink = sink;
            inner.Start(this, maxBodyBytes);
        }

        public void SetMaxBodyBytes(int maxBodyBytes) => inner.SetMaxBodyBytes(maxBodyBytes);

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> frames) => inner.Write(frames);

        public void SetReading(bool enabled) => inner.SetReading(enabled);

        public void Close()
        {
            if (_sink is null)
            {
                // Never started: no Closed will tell of its end.
                End();
            }

            inner.Close();
        }

        public void Received(IReadOnlyList<Frame> frames) => _sink!.Received(frames);

        public void Written(int bytes) => _sink!.Written(bytes);

        public void Closed(TransportFailure failure)
        {
            End();
            _sink!.Closed(failure);
        }

        private void End()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                Interlocked.Decrement(ref port._open);
            }
        }
    }
}
