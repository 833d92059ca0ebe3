using System.Net.Sockets;
using System.Text.Json;

namespace ActorP2P.Program.Admin;

/// <summary>What a node said to one request.</summary>
/// <param name="Line">The answer as it came; empty with a problem.</param>
/// <param name="Problem">Null, or one line on why there is no answer.</param>
internal readonly record struct AdminReply(ReadOnlyMemory<byte> Line, string? Problem)
{
    /// <summary>The answer's members, apart from the line.</summary>
    public JsonElement Read()
    {
        using var document = JsonDocument.Parse(Line);
        return document.RootElement.Clone();
    }
}

/// <summary>A connection of a command to a running node's admin endpoint.</summary>
internal sealed class AdminClient : IAsyncDisposable
{
    /// <summary>Longest line of a node: the most that <c>admin.max-answer-bytes</c> can be, and its line end.</summary>
    private const int MaxLineBytes = (64 * 1024 * 1024) + 1024;

    private const int BufferBytes = 64 * 1024;

    // Above the longest admin.request-timeout, twice: the node's own word says more.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(150);

    private readonly NetworkStream _stream;
    private readonly LineReader _reader;
    private readonly string _path;

    private AdminClient(string path, Socket socket)
    {
        _path = path;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new LineReader(_stream, MaxLineBytes, BufferBytes);
    }

    /// <summary>Connects.</summary>
    /// <returns>The connection, or one line on what to do.</returns>
    public static async Task<(AdminClient? Client, string? Problem)> ConnectAsync(string path, CancellationToken cancellation)
    {
        if (AdminSocket.ProblemOf(path) is { } tooLong)
        {
            return (null, tooLong);
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return (new AdminClient(path, socket), null);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            return (null, ProblemOf(exception, path));
        }
    }

    /// <summary>Sends a request and reads its answer.</summary>
    public async Task<AdminReply> AskAsync(AdminRequest request, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(AnswerLimit);
        try
        {
            await SendAsync(request, deadline.Token);
            return await NextAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new AdminReply(default, $"the node at {_path} does not answer: it may be stopped, or far too busy");
        }
    }

    /// <summary>The next line of the node.</summary>
    public async Task<AdminReply> NextAsync(CancellationToken cancellation)
    {
        ReceivedLine line;
        try
        {
            line = await _reader.ReadAsync(cancellation);
        }
        catch (IOException)
        {
            line = new ReceivedLine(LineEnd.Closed, default);
        }

        return line.End switch
        {
            LineEnd.Closed => new AdminReply(default, $"the node at {_path} has closed the connection: it stopped, or this reader was too slow"),
            LineEnd.TooLong => new AdminReply(default, $"{_path} is not the admin endpoint of a node"),
            _ => Judge(line.Bytes),
        };
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task SendAsync(AdminRequest request, CancellationToken cancellation)
    {
        try
        {
            await _stream.WriteAsync(request.Line(), cancellation);
        }
        catch (IOException)
        {
            // It has closed already, and what it said before that is read next.
        }
    }

    private AdminReply Judge(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return new AdminReply(default, $"{_path} is not the admin endpoint of a node");
            }

            return root.TryGetProperty("error", out var code) && root.TryGetProperty("detail", out var detail)
                ? new AdminReply(default, $"the node refused: {detail} ({code})")
                : new AdminReply(line, null);
        }
        catch (JsonException)
        {
            return new AdminReply(default, $"{_path} is not the admin endpoint of a node");
        }
    }

    private static string ProblemOf(SocketException exception, string path) => exception.SocketErrorCode switch
    {
        SocketError.AccessDenied => $"{path} may be opened by nobody but the user who runs the node: run this command as that user",
        SocketError.ConnectionRefused when File.Exists(path) => $"no node answers at {path}: the one that made it has ended",
        _ when !File.Exists(path) => $"no node answers at {path}: start it with '{Commands.CommandLine.Name} node run', or name its socket with --socket",
        _ => $"{path}: {exception.Message}",
    };
}
