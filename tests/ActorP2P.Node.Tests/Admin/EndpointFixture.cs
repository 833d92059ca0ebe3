using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ActorP2P.Program.Admin;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Program.Tests.Admin;

/// <summary>An endpoint in a directory of its own, with answers that the test gives.</summary>
internal sealed class EndpointFixture : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static readonly AdminSettings Generous = new(
        Enabled: true,
        Socket: "",
        MaxConnections: 4,
        MaxRequestBytes: 1024,
        MaxAnswerBytes: 1 << 20,
        MaxWaitingBytes: 1 << 16,
        RecentEvents: 16,
        RequestTimeout: Limit,
        IdleTimeout: Limit);

    private readonly TemporaryDirectory _directory = new();

    public NodeCounters Counters { get; } = new();

    public EventJournal Journal { get; private set; } = null!;

    public List<string> Reports { get; } = [];

    public AdminEndpoint? Endpoint { get; private set; }

    public string Path => _directory["admin.sock"];

    public static async Task<EndpointFixture> StartAsync(AdminSettings? settings = null, IAdminAnswers? answers = null)
    {
        var fixture = new EndpointFixture();
        await fixture.RestartAsync(settings, answers);
        return fixture;
    }

    /// <summary>A next endpoint at the same path.</summary>
    public async Task RestartAsync(AdminSettings? settings = null, IAdminAnswers? answers = null)
    {
        var limits = settings ?? Generous;
        Journal = new EventJournal(TimeProvider.System, limits.RecentEvents, limits.MaxWaitingBytes);
        Endpoint = await AdminEndpoint.StartAsync(Path, limits, answers ?? new Echo(), Journal, Counters, Reports.Add);
    }

    public async Task<RawClient> ConnectAsync() => await RawClient.ConnectAsync(Path);

    /// <summary>Waits until something was counted.</summary>
    public async Task CountedAsync(string counter)
    {
        using var deadline = new CancellationTokenSource(Limit);
        while (Counters.Value(counter) == 0)
        {
            await Task.Delay(10, deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Endpoint is not null)
        {
            await Endpoint.DisposeAsync();
        }

        _directory.Dispose();
    }

    /// <summary>Answers with what it was asked.</summary>
    public sealed class Echo : IAdminAnswers
    {
        public Task<ReadOnlyMemory<byte>> AnswerAsync(AdminRequest request, CancellationToken cancellation) =>
            Task.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes($"{{\"answer\":\"{AdminRequest.NameOf(request.Kind)}\"}}\n"));
    }
}

/// <summary>A client that may send anything.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly NetworkStream _stream;
    private readonly LineReader _reader;

    private RawClient(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new LineReader(_stream, 1 << 24);
    }

    public static async Task<RawClient> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return new RawClient(socket);
    }

    public async Task SendAsync(string text) => await _stream.WriteAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes);

    /// <summary>The next line; null at the end.</summary>
    public async Task<string?> ReadAsync()
    {
        using var deadline = new CancellationTokenSource(EndpointFixture.Limit);
        var line = await _reader.ReadAsync(deadline.Token);
        return line.End == LineEnd.Line ? Encoding.UTF8.GetString(line.Bytes.Span) : null;
    }

    public async Task<string> AskAsync(string request)
    {
        await SendAsync(request + "\n");
        return await ReadAsync() ?? throw new InvalidOperationException("The endpoint closed.");
    }

    /// <summary>The code of the error that answers a request.</summary>
    public async Task<string?> ErrorOfAsync(string request)
    {
        using var answer = JsonDocument.Parse(await AskAsync(request));
        return answer.RootElement.TryGetProperty("error", out var code) ? code.GetString() : null;
    }

    public async ValueTask DisposeAsync() => await _stream.DisposeAsync();
}
