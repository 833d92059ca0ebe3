using System.Text.Json;
using System.Threading.Channels;

namespace ActorP2P.Program.Hosting;

/// <summary>
/// Writes JSON objects, one a line, from any thread and without ever blocking it: actors report here, and a reader
/// that stalls must not stall the node. What does not fit into the queue is counted, and the count is written.
/// </summary>
internal sealed class JsonLineWriter : IAsyncDisposable, IEventLines
{
    // About 20 MiB of events; a reader that is further behind has given up.
    private const int MaxQueuedLines = 65536;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(2);

    private readonly Channel<ReadOnlyMemory<byte>> _lines = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(MaxQueuedLines) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly Stream _output;
    private readonly Task _writing;
    private long _dropped;

    public JsonLineWriter(Stream output)
    {
        _output = output;
        _writing = WriteAllAsync();
    }

    /// <inheritdoc />
    public void Write(string eventName, Action<Utf8JsonWriter>? fields = null)
    {
        var line = EventLine.Format(eventName, fields);
        if (!_lines.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await Task.WhenAny(_writing, Task.Delay(DrainLimit));
    }

    private async Task WriteAllAsync()
    {
        try
        {
            while (await _lines.Reader.WaitToReadAsync())
            {
                while (_lines.Reader.TryRead(out var line))
                {
                    await _output.WriteAsync(line);
                }

                if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                {
                    await _output.WriteAsync(EventLine.Format("events-dropped", json => json.WriteNumber("count", dropped)));
                }

                await _output.FlushAsync();
            }
        }
        catch (IOException)
        {
            // The reader is gone: the node goes on without one, and the queue fills up and is counted.
        }
    }
}
