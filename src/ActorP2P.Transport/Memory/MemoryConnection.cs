using System.Runtime.InteropServices;
using ActorP2P.Protocol.Frames;

namespace ActorP2P.Transport;

/// <summary>
/// One end of a connection in a <see cref="MemoryNetwork"/>. What the other end wrote lies in <see cref="_inbound"/>
/// until it is due, the hosts are not partitioned, and this end reads.
/// </summary>
internal sealed class MemoryConnection(
    long id, MemoryNetwork network, MemoryTransportPort owner, string remoteHost, int remotePort, TlsBinding? tls) : ITransportConnection
{
    private const int ReadBufferBytes = 80 * 1024;

    public static readonly TransportFailure ConnectionReset = new(TransportFailureReason.SocketError, "ConnectionReset");

    private readonly FrameReader _reader = new(ReadBufferBytes);
    private readonly Queue<Arrival> _inbound = new();
    private readonly Queue<Action<IConnectionSink>> _events = new();
    private readonly List<Frame> _frames = [];
    private readonly MemoryNetwork.TrafficCount _traffic = network.CountOf(owner.Host, remoteHost);
    private IConnectionSink? _sink;
    private volatile TransportFailure? _failure;
    private long _inboundBytes;
    private long _framesWritten;
    private int _maxBodyBytes;
    private int _unacknowledgedWrite;
    private int _started;
    private int _writing;
    private bool _reading = true;
    private bool _limitRaised;
    private bool _waitsForLimit;
    private bool _dead;

    public long Id => id;

    public MemoryTransportPort Owner => owner;

    public string LocalHost => owner.Host;

    public string RemoteHost => remoteHost;

    public string RemoteEndpoint { get; } = $"{remoteHost}:{remotePort}";

    public TlsBinding? Tls => tls;

    public MemoryConnection Remote { get; set; } = null!;

    public void Start(IConnectionSink sink, int maxBodyBytes)
    {
        if (Interlocked.Exchange(ref _started, 1) == 1)
        {
            throw new InvalidOperationException("A connection is started once.");
        }

        network.Enter(() =>
        {
            _sink = sink;
            _maxBodyBytes = maxBodyBytes;
            if (_failure is { } failure)
            {
                Tell(told => told.Closed(failure));
            }
            else
            {
                Pump();
            }
        });
    }

    public void SetMaxBodyBytes(int maxBodyBytes) => network.Enter(() =>
    {
        _maxBodyBytes = maxBodyBytes;
        _limitRaised = true;
        if (_waitsForLimit)
        {
            _waitsForLimit = false;
            Digest(0);
        }

        Pump();
    });

    public void SetReading(bool enabled) => network.Enter(() =>
    {
        _reading = enabled;
        Pump();
    });

    public void Close() => network.Enter(() => End(FailureClassifier.ClosedByUs, tellRemote: true));

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        if (_failure is not null || owner.IsDead)
        {
            return;
        }

        if (Interlocked.Exchange(ref _writing, 1) == 1)
        {
            throw new InvalidOperationException("The last write is not reported as written yet.");
        }

        network.Enter(() => Send(frames));
    }
    /// <summary>Takes in whatever may arrive now.</summary>
    public void Pump()
    {
        while (_sink is not null
            && _failure is null
            && !_dead
            && !_waitsForLimit
            && _inbound.TryPeek(out var arrival)
            && arrival.IsDue
            && !network.IsCut(RemoteHost, LocalHost)
            && (_reading || arrival.End is not null))
        {
            if (arrival.End is { } end)
            {
                End(end, tellRemote: false);
            }
            else
            {
                Take(arrival);
            }
        }
    }

    /// <summary>Ends this end, with a last word to its sink and, when asked, to the other end.</summary>
    public void End(TransportFailure failure, bool tellRemote)
    {
        if (_failure is not null || _dead)
        {
            return;
        }

        _failure = failure;
        network.Forget(this);
        _inbound.Clear();
        Tell(sink => sink.Closed(failure));

        if (tellRemote)
        {
            Remote.Expect(new Arrival([], FailureClassifier.ClosedByRemote), 0);
        }
    }

    /// <summary>The process of this end is gone: its sink hears nothing more.</summary>
    public void Die(bool silent)
    {
        _dead = true;
        _events.Clear();
        network.Forget(this);
        if (!silent)
        {
            Remote.Expect(new Arrival([], ConnectionReset), 0);
        }
    }

    private void Send(IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        if (_failure is not null || _dead)
        {
            return;
        }

        var bytes = 0;
        var first = _framesWritten;
        foreach (var frame in frames)
        {
            bytes += frame.Length;
            network.Observe?.Invoke(new MemoryFrame(LocalHost, RemoteHost, _framesWritten++, frame));
        }

        var arriving = network.Tamper is { } tamper ? Tampered(frames, first, tamper) : frames;
        _traffic.Add(bytes, frames.Count);
        _unacknowledgedWrite = bytes;
        Remote.Expect(new Arrival(Concatenate(arriving), null), bytes);
        AcknowledgeWrite();
    }

    // Arrivals become due in any order when delays differ, and are taken in the order of sending all the same.
    private void Expect(Arrival arrival, int bytes)
    {
        if (_failure is not null)
        {
            return;
        }

        if (_dead && arrival.End is null && !network.IsSilent(LocalHost))
        {
            // The host is up again, or its kernel always was, and knows nothing of this connection.
            Remote.Expect(new Arrival([], ConnectionReset), 0);
            return;
        }

        _inbound.Enqueue(arrival);
        _inboundBytes += arrival.Bytes.Length;
        network.Schedule(network.DelayOf(RemoteHost, LocalHost, bytes), () =>
        {
            arrival.IsDue = true;
            Pump();
        });
    }

    private void Take(Arrival arrival)
    {
        var count = arrival.Bytes.Length;
        if (arrival.Taken > 0 || !_reader.TryAdopt(arrival.Bytes))
        {
            var free = _reader.Free(_maxBodyBytes);
            count = Math.Min(free.Length, arrival.Bytes.Length - arrival.Taken);
            arrival.Bytes.AsSpan(arrival.Taken, count).CopyTo(free.Span);
        }

        arrival.Taken += count;
        _inboundBytes -= count;
        if (arrival.Taken == arrival.Bytes.Length)
        {
            _inbound.Dequeue();
        }

        Digest(count);
        _reader.Drop();
        Remote.AcknowledgeWrite();
    }

    private void Digest(int count)
    {
        var error = _reader.Advance(count, _maxBodyBytes, _frames);
        if (_frames.Count > 0)
        {
            var whole = _frames.ToArray();
            _frames.Clear();
            Tell(sink => sink.Received(whole));
        }

        if (error == FrameError.TooLong && _reader.FrontFollowsHandshake && !_limitRaised)
        {
            _waitsForLimit = true;
        }
        else if (error != FrameError.None)
        {
            End(new TransportFailure(TransportFailureReason.BadFrame, error.ToString()), tellRemote: true);
        }
    }

    // A write is done when it fits what the pipe holds, as it is when the kernel has taken it.
    private void AcknowledgeWrite()
    {
        if (_unacknowledgedWrite > 0 && _failure is null && Remote._inboundBytes <= network.PipeCapacityBytes)
        {
            var bytes = _unacknowledgedWrite;
            _unacknowledgedWrite = 0;
            Volatile.Write(ref _writing, 0);
            Tell(sink => sink.Written(bytes));
        }
    }

    // One scheduled step an event, each taking the oldest: the order holds whatever the scheduler does with equal times.
    private void Tell(Action<IConnectionSink> message)
    {
        if (_sink is not { } sink)
        {
            return;
        }

        _events.Enqueue(message);
        network.Schedule(TimeSpan.Zero, () =>
        {
            if (!_dead && !owner.IsDead && _events.TryDequeue(out var next))
            {
                next(sink);
            }
        });
    }

    private List<ReadOnlyMemory<byte>> Tampered(IReadOnlyList<ReadOnlyMemory<byte>> frames, long first, Func<MemoryFrame, IReadOnlyList<ReadOnlyMemory<byte>>> tamper)
    {
        var arriving = new List<ReadOnlyMemory<byte>>(frames.Count);
        for (var i = 0; i < frames.Count; i++)
        {
            arriving.AddRange(tamper(new MemoryFrame(LocalHost, RemoteHost, first + i, frames[i])));
        }

        return arriving;
    }

    // A sealed record was made for this one write: its array changes hands. Whatever else may still be in use is copied.
    private static byte[] Concatenate(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        if (parts.Count == 1
            && parts[0].Length > FrameHeader.LengthBytes
            && FrameHeader.Read(parts[0].Span).Kind == FrameKind.Record
            && MemoryMarshal.TryGetArray(parts[0], out var whole)
            && whole.Array!.Length == whole.Count)
        {
            return whole.Array;
        }

        var length = 0;
        for (var i = 0; i < parts.Count; i++)
        {
            length += parts[i].Length;
        }

        var all = GC.AllocateUninitializedArray<byte>(length);
        var used = 0;
        for (var i = 0; i < parts.Count; i++)
        {
            parts[i].Span.CopyTo(all.AsSpan(used));
            used += parts[i].Length;
        }

        return all;
    }

    private sealed class Arrival(byte[] bytes, TransportFailure? end)
    {
        public byte[] Bytes => bytes;

        public TransportFailure? End => end;

        public int Taken { get; set; }

        public bool IsDue { get; set; }
    }
}
