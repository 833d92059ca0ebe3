namespace ActorP2P.Transport;

/// <summary>A host's port in a <see cref="MemoryNetwork"/>, with the guarantees of <see cref="TcpTransportPort"/>.</summary>
public sealed class MemoryTransportPort : ITransportPort
{
    // What a dial to port 0 or a listener on it gets first; the range is that of RFC 6335 for private use.
    private const int FirstFreePort = 50000;

    private readonly MemoryNetwork _network;
    private readonly SortedDictionary<int, IListenSink> _listeners = [];
    private readonly HashSet<PendingDial> _dials = [];
    private volatile bool _dead;
    private bool _disposed;
    private int _lastFreePort = FirstFreePort;

    internal MemoryTransportPort(MemoryNetwork network, string host)
    {
        _network = network;
        Host = host;
    }

    /// <summary>The name of the host, which stands in its addresses and is the source IP that its remotes see.</summary>
    public string Host { get; }

    /// <summary>True after <see cref="MemoryNetwork.Kill"/>.</summary>
    public bool IsDead => _dead;

    /// <summary>Binds a port of this host. Whatever host the address names, <c>Bound</c> reports this one.</summary>
    public void Listen(string endpoint, IListenSink sink) => _network.Enter(() =>
    {
        if (_dead || _disposed)
        {
            return;
        }

        if (!EndpointAddress.TryParse(endpoint, out var address))
        {
            Later(() => sink.ListenFailed(endpoint, "not an address of the form host:port"));
            return;
        }

        var port = address.Port == 0 ? ++_lastFreePort : address.Port;
        if (_listeners.TryAdd(port, sink))
        {
            Later(() => sink.Bound(new EndpointAddress(Host, port).ToString()));
        }
        else
        {
            Later(() => sink.ListenFailed(endpoint, "AddressAlreadyInUse"));
        }
    });

    /// <inheritdoc />
    public void Dial(DialRequest request, IDialSink sink) => _network.Enter(() =>
    {
        if (_dead)
        {
            return;
        }

        var dial = new PendingDial(this, request, sink);
        _dials.Add(dial);
        if (_disposed)
        {
            dial.Fail(TransportFailureReason.ClosedByUs, "the port is closed");
        }
        else if (!EndpointAddress.TryParse(request.Address, out var address) || address.Port == 0)
        {
            dial.Fail(TransportFailureReason.NameNotResolved, $"'{request.Address}' is not host:port");
        }
        else
        {
            _network.Schedule(request.Timeout, () => dial.Fail(TransportFailureReason.TimedOut, "no connection in time"));
            Call(dial, address);
        }
    });

    /// <summary>
    /// Closes listeners, dials and connections. Under a given scheduler it completes at once, and the last events
    /// arrive as the scheduler runs on; otherwise when they have arrived.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _network.Enter(() =>
        {
            _disposed = true;
            _network.Forget(this);
            _listeners.Clear();
            foreach (var dial in _dials.ToArray())
            {
                dial.Fail(TransportFailureReason.ClosedByUs, "the port is closed");
            }

            foreach (var end in _network.EndsOf(this))
            {
                end.End(FailureClassifier.ClosedByUs, tellRemote: true);
            }
        });

        // Twice: the first round runs the command, the second the events that it scheduled.
        await _network.DrainAsync();
        await _network.DrainAsync();
    }

    internal void Die() => _dead = true;

    private void Call(PendingDial dial, EndpointAddress address)
    {
        if (_network.RefuseDial?.Invoke(Host, address.Host) == true)
        {
            dial.Fail(TransportFailureReason.Refused, "nobody listens there");
            return;
        }

        _network.Schedule(_network.DelayOf(Host, address.Host, 0), () =>
        {
            if (_network.IsCut(Host, address.Host) || _network.IsCut(address.Host, Host) || _network.IsSilent(address.Host))
            {
                // No answer: the dial ends at its own time limit.
                return;
            }

            var backDelay = _network.DelayOf(address.Host, Host, 0);
            if (_network.FindPort(address.Host) is not { IsDead: false } remote
                || !remote._listeners.TryGetValue(address.Port, out var listener))
            {
                _network.Schedule(backDelay, () => dial.Fail(TransportFailureReason.Refused, "nobody listens there"));
                return;
            }

            if (dial.IsOver || _dead)
            {
                return;
            }

            var (dialling, accepting) = _network.Join(this, remote, address.Port);
            _network.Schedule(backDelay, () => dial.Succeed(dialling));
            if (listener.MayAccept(Host))
            {
                remote.Later(() => listener.Accepted(accepting));
            }
            else
            {
                accepting.End(FailureClassifier.ClosedByUs, tellRemote: true);
            }
        });
    }

    private void Later(Action tell) => _network.Schedule(TimeSpan.Zero, () =>
    {
        if (!_dead)
        {
            tell();
        }
    });

    /// <summary>A dial whose sink gets exactly one outcome, whichever comes first.</summary>
    private sealed class PendingDial(MemoryTransportPort port, DialRequest request, IDialSink sink)
    {
        public bool IsOver { get; private set; }

        public void Fail(TransportFailureReason reason, string detail)
        {
            if (Finish())
            {
                port.Later(() => sink.DialFailed(request, new TransportFailure(reason, detail)));
            }
        }

        public void Succeed(MemoryConnection connection)
        {
            if (Finish())
            {
                port.Later(() => sink.Dialled(connection));
            }
            else
            {
                connection.End(FailureClassifier.ClosedByUs, tellRemote: true);
            }
        }

        private bool Finish()
        {
            if (IsOver)
            {
                return false;
            }

            IsOver = true;
            return port._dials.Remove(this);
        }
    }
}
