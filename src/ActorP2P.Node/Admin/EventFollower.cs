using System.Threading.Channels;

namespace ActorP2P.Program.Admin;

/// <summary>The lines that wait for one client. Offering never waits: more than allowed, and the client is cut off.</summary>
/// <param name="ns">Events of this namespace and of the node; null: of all.</param>
/// <param name="maxWaitingBytes">Lines that may wait to be written, the one that is being written included.</param>
internal sealed class EventFollower(string? ns, int maxWaitingBytes) : IDisposable
{
    private readonly Channel<ReadOnlyMemory<byte>> _lines = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _overrun = new();
    private long _waitingBytes;
    private volatile bool _isOverrun;

    /// <summary>Cancelled when more waited than may.</summary>
    public CancellationToken Overrun => _overrun.Token;

    /// <summary>True from then on.</summary>
    public bool IsOverrun => _isOverrun;

    /// <summary>What waits; ends when the journal does.</summary>
    public ChannelReader<ReadOnlyMemory<byte>> Lines => _lines.Reader;

    /// <summary>True when it wants events of this namespace; those without one are everybody's.</summary>
    public bool Wants(string? namespaceOfEvent) => ns is null || namespaceOfEvent is null || namespaceOfEvent == ns;

    /// <summary>A line for the client.</summary>
    public void Offer(ReadOnlyMemory<byte> line)
    {
        if (_isOverrun)
        {
            return;
        }

        if (Interlocked.Add(ref _waitingBytes, line.Length) > maxWaitingBytes)
        {
            // An actor may be here: what is cancelled must not run on its thread.
            _isOverrun = true;
            _ = _overrun.CancelAsync();
            return;
        }

        _lines.Writer.TryWrite(line);
    }

    /// <summary>A line was written.</summary>
    public void Written(int bytes) => Interlocked.Add(ref _waitingBytes, -bytes);

    /// <summary>No line follows.</summary>
    public void Complete() => _lines.Writer.TryComplete();

    /// <inheritdoc />
    public void Dispose() => _overrun.Dispose();
}
