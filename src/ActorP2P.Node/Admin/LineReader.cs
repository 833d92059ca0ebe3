using System.Buffers;
using System.IO.Pipelines;

namespace ActorP2P.Program.Admin;

/// <summary>What a read of a line came to.</summary>
internal enum LineEnd
{
    /// <summary>A whole line.</summary>
    Line,

    /// <summary>The other side closed; half a line before that counts as none.</summary>
    Closed,

    /// <summary>More bytes than allowed came without a line end. Nothing after them can be read.</summary>
    TooLong,
}

/// <summary>A line without its end.</summary>
internal readonly record struct ReceivedLine(LineEnd End, ReadOnlyMemory<byte> Bytes);

/// <summary>Lines of a stream, none longer than allowed; at most one buffer more than that is held.</summary>
internal sealed class LineReader(Stream stream, int maxLineBytes, int bufferBytes = 4096)
{
    private readonly PipeReader _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: bufferBytes, leaveOpen: true));

    /// <summary>The next line, or why there is none.</summary>
    /// <exception cref="IOException">The connection was lost.</exception>
    public async ValueTask<ReceivedLine> ReadAsync(CancellationToken cancellation)
    {
        var searched = 0L;
        while (true)
        {
            var read = await _reader.ReadAsync(cancellation);
            var buffer = read.Buffer;
            if (buffer.Slice(searched).PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end);
                var bytes = line.Length > maxLineBytes ? null : line.ToArray();
                _reader.AdvanceTo(buffer.GetPosition(1, end));
                return bytes is null ? new ReceivedLine(LineEnd.TooLong, default) : new ReceivedLine(LineEnd.Line, bytes);
            }

            if (buffer.Length > maxLineBytes || read.IsCompleted)
            {
                var isTooLong = buffer.Length > maxLineBytes;
                _reader.AdvanceTo(buffer.End);
                return new ReceivedLine(isTooLong ? LineEnd.TooLong : LineEnd.Closed, default);
            }

            searched = buffer.Length;
            _reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }
}
