using System.Threading.Channels;
using ActorP2P.Protocol.Frames;

namespace ActorP2P.Transport.Tests;

/// <summary>One call of a sink, as a test sees it.</summary>
internal abstract record SinkCall
{
    public sealed record Received(IReadOnlyList<Frame> Frames) : SinkCall;

    public sealed record Written(int Bytes) : SinkCall;

    public sealed record Closed(TransportFailure Failure) : SinkCall;

    public sealed record Bound(string Endpoint) : SinkCall;

    public sealed record ListenFailed(string Endpoint, string Reason) : SinkCall;

    public sealed record Accepted(ITransportConnection Connection) : SinkCall;

    public sealed record AcceptFailed(string SourceIp, TransportFailure Failure, TimeSpan Cpu) : SinkCall;

    public sealed record AcceptLost(TransportFailure Failure) : SinkCall;

    public sealed record Dialled(ITransportConnection Connection) : SinkCall;

    public sealed record DialFailed(TransportFailure Failure) : SinkCall;
}

/// <summary>A sink of every kind that records its calls and notices when two overlap or one follows Closed.</summary>
internal sealed class EventRecorder : IConnectionSink, IListenSink, IDialSink
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Channel<SinkCall> _calls = Channel.CreateUnbounded<SinkCall>();
    private int _inside;
    private int _closed;
    private int _violations;

    /// <summary>Calls that overlapped another or came after Closed.</summary>
    public int Violations => Volatile.Read(ref _violations);

    public int ClosedCalls => Volatile.Read(ref _closed);

    public Func<string, bool> Admits { get; init; } = _ => true;

    /// <summary>The next call, which must be of this kind.</summary>
    public async Task<T> NextAsync<T>()
        where T : SinkCall
    {
        using var limit = new CancellationTokenSource(Patience);
        var call = await _calls.Reader.ReadAsync(limit.Token);
        return Assert.IsType<T>(call);
    }

    /// <summary>The next call of this kind; others before it are passed over.</summary>
    public async Task<T> FindAsync<T>()
        where T : SinkCall
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (await _calls.Reader.ReadAsync(limit.Token) is T wanted)
            {
                return wanted;
            }
        }
    }

    /// <summary>This many frames, from as many reads as it takes.</summary>
    public async Task<List<Frame>> FramesAsync(int count)
    {
        var frames = new List<Frame>();
        while (frames.Count < count)
        {
            frames.AddRange((await FindAsync<SinkCall.Received>()).Frames);
        }

        return frames;
    }

    public bool HasNothingMore() => !_calls.Reader.TryPeek(out _);

    public bool TryPeek(out SinkCall? call) => _calls.Reader.TryPeek(out call);

    public bool TryNext(out SinkCall? call) => _calls.Reader.TryRead(out call);

    public void Received(IReadOnlyList<Frame> frames) => Record(new SinkCall.Received(frames));

    public void Written(int bytes) => Record(new SinkCall.Written(bytes));

    public void Closed(TransportFailure failure) => Record(new SinkCall.Closed(failure));

    public void Bound(string endpoint) => Record(new SinkCall.Bound(endpoint));

    public void ListenFailed(string endpoint, string reason) => Record(new SinkCall.ListenFailed(endpoint, reason));

    public bool MayAccept(string sourceIp) => Admits(sourceIp);

    public void Accepted(ITransportConnection connection) => Record(new SinkCall.Accepted(connection));

    public void AcceptFailed(string sourceIp, TransportFailure failure, TimeSpan cpu) => Record(new SinkCall.AcceptFailed(sourceIp, failure, cpu));

    public void AcceptLost(TransportFailure failure) => Record(new SinkCall.AcceptLost(failure));

    public void Dialled(ITransportConnection connection) => Record(new SinkCall.Dialled(connection));

    public void DialFailed(DialRequest request, TransportFailure failure) => Record(new SinkCall.DialFailed(failure));

    private void Record(SinkCall call)
    {
        if (Interlocked.Increment(ref _inside) > 1 || Volatile.Read(ref _closed) > 0)
        {
            Interlocked.Increment(ref _violations);
        }

        // Before the test can see it: it counts them then.
        if (call is SinkCall.Closed)
        {
            Interlocked.Increment(ref _closed);
        }

        _calls.Writer.TryWrite(call);
        Interlocked.Decrement(ref _inside);
    }
}
