using ActorP2P.Protocol.Frames;

namespace ActorP2P.Transport;

/// <summary>
/// One socket as a connection.
/// <code>
/// made ── Start ──▶ open ── Close, end of either direction, error ──▶ ended ──▶ Closed told ──▶ flushed, drained, gone
///   └───── Close ───────────────────────────────────────────────────▶ ended (Closed is told at Start)
/// </code>
/// Whatever ends it first is the failure that the sink gets, once and last.
/// </summary>
internal sealed class TcpConnection : ITransportConnection
{
    // A remote that goes on sending after our end gets a reset when it has sent this much.
    private const int MaxDrainBytes = 256 * 1024;

    // What a remote that is never waited for has sent goes to the sink in parts of about this size.
    private const int MaxDeliveredBytes = 128 * 1024;

    private readonly SocketPipe _pipe;
    private readonly TcpTransportOptions _options;
    private readonly TransportCounters _counters;
    private readonly LoopSet _loops;
    private readonly Action<TcpConnection> _gone;
    private readonly CancellationTokenSource _ended = new();
    private readonly AsyncGate _readGate = new();
    private readonly AsyncGate _limitGate = new();
    private readonly Lock _state = new();
    private readonly Lock _sinkCalls = new();
    private IConnectionSink? _sink;
    private TransportFailure? _failure;
    private TaskCompletionSource? _writeDone;
    private volatile int _maxBodyBytes;
    private bool _writing;
    private bool _closedTold;

    public TcpConnection(
        long id, SocketPipe pipe, TcpTransportOptions options, TransportCounters counters, LoopSet loops, Action<TcpConnection> gone)
    {
        Id = id;
        _pipe = pipe;
        _options = options;
        _counters = counters;
        _loops = loops;
        _gone = gone;
        _counters.ConnectionOpened();
        _limitGate.Shut();
    }

    public long Id { get; }

    public string RemoteEndpoint => _pipe.RemoteEndpoint;

    public TlsBinding? Tls => _pipe.Tls;

    public void Start(IConnectionSink sink, int maxBodyBytes)
    {
        bool ended;
        lock (_state)
        {
            if (_sink is not null)
            {
                throw new InvalidOperationException("A connection is started once.");
            }

            _sink = sink;
            ended = _failure is not null;
        }

        _maxBodyBytes = maxBodyBytes;
        _loops.Run(ended ? TellClosedAsync : LiveAsync);
    }

    public void SetMaxBodyBytes(int maxBodyBytes)
    {
        _maxBodyBytes = maxBodyBytes;
        _limitGate.Open();
    }

    public void SetReading(bool enabled)
    {
        if (enabled)
        {
            _readGate.Open();
        }
        else
        {
            _readGate.Shut();
        }
    }

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        lock (_state)
        {
            if (_failure is not null)
            {
                return;
            }

            if (_writing)
            {
                throw new InvalidOperationException("The last write is not reported as written yet.");
            }

            _writing = true;
        }

        _ = WriteAsync(frames);
    }

    public void Close() => End(FailureClassifier.ClosedByUs);

    private async Task LiveAsync()
    {
        End(await ReadUntilEndAsync());
        await TellClosedAsync();
        await FinishAsync();
    }

    private async Task<TransportFailure> ReadUntilEndAsync()
    {
        var read = new ReadFrames();
        TransportFailure failure;
        try
        {
            failure = await ReadAsync(read);
        }
        catch (Exception exception)
        {
            failure = FailureClassifier.Classify(exception);
        }

        // What came whole before the end counts.
        Deliver(read);
        return failure;
    }

    private async Task<TransportFailure> ReadAsync(ReadFrames read)
    {
        var reader = new FrameReader(_options.ReadBufferBytes);
        while (true)
        {
            await PassAsync(_readGate, read);
            var reading = _pipe.ReadAsync(reader.Free(_maxBodyBytes), _ended.Token);
            if (!reading.IsCompleted || read.Bytes >= MaxDeliveredBytes)
            {
                Deliver(read);
            }

            var count = await reading;
            if (count == 0)
            {
                return reader.HoldsPartOfFrame
                    ? FailureClassifier.Of(TransportFailureReason.ClosedByRemote, "closed by the remote within a frame")
                    : FailureClassifier.ClosedByRemote;
            }

            read.Bytes += count;
            var error = reader.Advance(count, _maxBodyBytes, read.Frames);
            if (error == FrameError.TooLong && reader.FrontFollowsHandshake)
            {
                Deliver(read);
                await PassAsync(_limitGate, read);
                error = reader.Advance(0, _maxBodyBytes, read.Frames);
            }

            if (error != FrameError.None)
            {
                return FailureClassifier.Of(TransportFailureReason.BadFrame, error.ToString());
            }
        }
    }

    // Nothing that is whole waits behind a gate.
    private Task PassAsync(AsyncGate gate, ReadFrames read)
    {
        var passing = gate.PassAsync(_ended.Token);
        if (!passing.IsCompleted)
        {
            Deliver(read);
        }

        return passing;
    }

    private void Deliver(ReadFrames read)
    {
        _counters.CountRead(read.Bytes, read.Frames.Count);
        read.Bytes = 0;
        if (read.Frames.Count == 0)
        {
            return;
        }

        var whole = read.Frames.ToArray();
        read.Frames.Clear();
        lock (_sinkCalls)
        {
            _sink!.Received(whole);
        }
    }

    private async Task WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        try
        {
            var bytes = await _pipe.WriteAsync(frames);
            _counters.CountWritten(bytes);
            foreach (var frame in frames)
            {
                RecordBuffers.Shared.Return(frame);
            }

            EndWrite();
            lock (_sinkCalls)
            {
                if (!_closedTold)
                {
                    _sink?.Written(bytes);
                }
            }
        }
        catch (Exception exception)
        {
            End(FailureClassifier.Classify(exception));
            EndWrite();
        }
    }

    private void EndWrite()
    {
        TaskCompletionSource? done;
        lock (_state)
        {
            _writing = false;
            done = _writeDone;
        }

        done?.TrySetResult();
    }

    private void End(TransportFailure failure)
    {
        bool started;
        lock (_state)
        {
            if (_failure is not null)
            {
                return;
            }

            _failure = failure;
            started = _sink is not null;
        }

        _counters.CountEnd(failure.Reason);

        // Not on this thread: it may be an actor's, and whoever waits for the token goes on at once.
        _ = _ended.CancelAsync();
        if (!started)
        {
            _loops.Run(FinishAsync);
        }
    }

    private Task TellClosedAsync()
    {
        lock (_sinkCalls)
        {
            _closedTold = true;
            _sink!.Closed(_failure!);
        }

        return Task.CompletedTask;
    }

    private async Task FinishAsync()
    {
        using var deadline = new CancellationTokenSource(_options.CloseTimeout, _options.TimeProvider);
        try
        {
            if (_failure!.Reason is TransportFailureReason.ClosedByUs or TransportFailureReason.ClosedByRemote)
            {
                await WriteDone().WaitAsync(deadline.Token);
                await _pipe.ShutdownAsync().AsTask().WaitAsync(deadline.Token);
                await _pipe.DrainAsync(MaxDrainBytes, deadline.Token);
            }
        }
        catch (Exception exception) when (FailureClassifier.Classify(exception).Reason != TransportFailureReason.Fault)
        {
            // The sink knows already why it ended; the socket goes either way.
        }
        finally
        {
            _pipe.Dispose();
            await WriteDone();
            _counters.ConnectionGone();
            _gone(this);
        }
    }

    private Task WriteDone()
    {
        lock (_state)
        {
            if (!_writing)
            {
                return Task.CompletedTask;
            }

            _writeDone ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _writeDone.Task;
        }
    }

    /// <summary>What was read and not delivered yet.</summary>
    private sealed class ReadFrames
    {
        public List<Frame> Frames { get; } = [];

        public int Bytes { get; set; }
    }
}
