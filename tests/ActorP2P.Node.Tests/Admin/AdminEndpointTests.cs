using System.Text;
using ActorP2P.Program.Admin;
using ActorP2P.Program.Hosting;

namespace ActorP2P.Program.Tests.Admin;

/// <summary>The endpoint by itself: limits, misuse, and its end.</summary>
public sealed class AdminEndpointTests
{
    private const string Status = """{"request":"status"}""";

    [Fact]
    public async Task The_socket_is_its_owners_alone_and_gone_with_the_endpoint()
    {
        var fixture = await EndpointFixture.StartAsync();
        await using (fixture)
        {
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(fixture.Path));
            }

            await fixture.Endpoint!.DisposeAsync();
            Assert.False(File.Exists(fixture.Path));
        }
    }

    [Fact]
    public async Task Two_clients_ask_at_once_and_one_asks_again()
    {
        await using var fixture = await EndpointFixture.StartAsync();
        await using var first = await fixture.ConnectAsync();
        await using var second = await fixture.ConnectAsync();
        Assert.Equal("""{"answer":"status"}""", await first.AskAsync(Status));
        Assert.Equal("""{"answer":"peers"}""", await second.AskAsync("""{"request":"peers"}"""));
        Assert.Equal("""{"answer":"routes"}""", await first.AskAsync("""{"request":"routes"}"""));
    }

    [Fact]
    public async Task Requests_sent_together_are_answered_one_after_the_other()
    {
        await using var fixture = await EndpointFixture.StartAsync();
        await using var client = await fixture.ConnectAsync();
        await client.SendAsync("{\"request\":\"status\"}\n{\"request\":\"topics\"}\n");
        Assert.Equal("""{"answer":"status"}""", await client.ReadAsync());
        Assert.Equal("""{"answer":"topics"}""", await client.ReadAsync());
    }

    [Theory]
    [InlineData("", AdminError.Malformed)]
    [InlineData("status", AdminError.Malformed)]
    [InlineData("[]", AdminError.Malformed)]
    [InlineData("{}", AdminError.Malformed)]
    [InlineData("{\"request\":\"status\"", AdminError.Malformed)]
    [InlineData("{\"request\":\"status\"}{}", AdminError.Malformed)]
    [InlineData("{\"request\":\"status\",\"follow\":true}", AdminError.Malformed)]
    [InlineData("{\"request\":\"events\",\"follow\":1}", AdminError.Malformed)]
    [InlineData("{\"request\":\"peers\",\"namespace\":\"\"}", AdminError.Malformed)]
    [InlineData("{\"request\":\"peers\",\"namespace\":{}}", AdminError.Malformed)]
    [InlineData("{\"request\":\"peers\",\"namespace\":\"\\ud800\"}", AdminError.Malformed)]
    [InlineData("{\"request\":\"peers\",\"colour\":\"red\"}", AdminError.Malformed)]
    [InlineData("{\"a\":[[[[[[[[1]]]]]]]]}", AdminError.Malformed)]
    [InlineData("{\"request\":\"fly\"}", AdminError.UnknownRequest)]
    [InlineData("{\"request\":\"\\ud800\"}", AdminError.UnknownRequest)]
    [InlineData("{\"request\":7}", AdminError.UnknownRequest)]
    public async Task A_request_that_is_none_gets_a_typed_error_and_the_next_one_its_answer(string request, string code)
    {
        await using var fixture = await EndpointFixture.StartAsync();
        await using var client = await fixture.ConnectAsync();
        Assert.Equal(code, await client.ErrorOfAsync(request));
        Assert.Equal("""{"answer":"status"}""", await client.AskAsync(Status));
        Assert.Equal(1, fixture.Counters.Value("admin.refused." + code));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_malformed()
    {
        await using var fixture = await EndpointFixture.StartAsync();
        await using var client = await fixture.ConnectAsync();
        await client.SendAsync([.. "{\"request\":\""u8, 0xff, 0xfe, .. "\"}\n"u8]);
        Assert.Contains("\"error\"", await client.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_of_a_namespace_beyond_its_limit_is_malformed()
    {
        await using var fixture = await EndpointFixture.StartAsync();
        await using var client = await fixture.ConnectAsync();
        Assert.Equal(AdminError.Malformed, await client.ErrorOfAsync($"{{\"request\":\"peers\",\"namespace\":\"{new string('n', 129)}\"}}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_line_beyond_the_limit_is_refused_and_ends_its_connection_whether_it_ends_or_not(bool ends)
    {
        await using var fixture = await EndpointFixture.StartAsync();
        await using var client = await fixture.ConnectAsync();
        await client.SendAsync(new string(' ', EndpointFixture.Generous.MaxRequestBytes + 1) + (ends ? "\n" : ""));
        Assert.Contains(AdminError.TooLong, await client.ReadAsync(), StringComparison.Ordinal);
        Assert.Null(await client.ReadAsync());
        await using var other = await fixture.ConnectAsync();
        Assert.Equal("""{"answer":"status"}""", await other.AskAsync(Status));
    }

    [Fact]
    public async Task A_line_of_exactly_the_limit_is_taken()
    {
        await using var fixture = await EndpointFixture.StartAsync();
        await using var client = await fixture.ConnectAsync();
        Assert.Equal("""{"answer":"status"}""", await client.AskAsync(Status.PadRight(EndpointFixture.Generous.MaxRequestBytes)));
    }

    [Fact]
    public async Task One_connection_too_many_is_told_so_and_the_others_go_on()
    {
        await using var fixture = await EndpointFixture.StartAsync(EndpointFixture.Generous with { MaxConnections = 1 });
        await using var first = await fixture.ConnectAsync();
        Assert.Equal("""{"answer":"status"}""", await first.AskAsync(Status));
        await using var second = await fixture.ConnectAsync();
        Assert.Contains(AdminError.Busy, await second.ReadAsync(), StringComparison.Ordinal);
        Assert.Null(await second.ReadAsync());
        Assert.Equal("""{"answer":"status"}""", await first.AskAsync(Status));
        Assert.Equal(1, fixture.Counters.Value("admin.refused.busy"));
    }

    [Fact]
    public async Task A_connection_that_asks_nothing_is_closed_and_counted()
    {
        await using var fixture = await EndpointFixture.StartAsync(EndpointFixture.Generous with { IdleTimeout = TimeSpan.FromMilliseconds(50) });
        await using var client = await fixture.ConnectAsync();
        Assert.Null(await client.ReadAsync());
        await fixture.CountedAsync("admin.ended.idle");
    }

    [Fact]
    public async Task Who_does_not_read_a_long_answer_is_cut_off_and_counted()
    {
        await using var fixture = await EndpointFixture.StartAsync(EndpointFixture.Generous with { RequestTimeout = TimeSpan.FromMilliseconds(100) }, new Long());
        await using var client = await fixture.ConnectAsync();
        await client.SendAsync(Status + "\n");
        await fixture.CountedAsync("admin.ended.slow-reader");
    }

    [Fact]
    public async Task An_answer_that_fails_costs_its_connection_and_no_other()
    {
        await using var fixture = await EndpointFixture.StartAsync(answers: new Broken());
        await using var client = await fixture.ConnectAsync();
        await client.SendAsync(Status + "\n");
        Assert.Null(await client.ReadAsync());
        await fixture.CountedAsync("admin.ended.failed");
        await using var other = await fixture.ConnectAsync();
        Assert.Contains("\"events\"", await other.AskAsync("""{"request":"events"}"""), StringComparison.Ordinal);
        Assert.Contains("out of order", Assert.Single(fixture.Reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_the_endpoint_does_not_wait_for_an_answer_that_never_comes()
    {
        await using var fixture = await EndpointFixture.StartAsync(answers: new Never());
        await using var client = await fixture.ConnectAsync();
        await client.SendAsync(Status + "\n");
        await fixture.CountedAsync("admin.requests");
        await fixture.Endpoint!.DisposeAsync().AsTask().WaitAsync(EndpointFixture.Limit);
        Assert.Null(await client.ReadAsync());
    }

    [Fact]
    public async Task A_socket_that_a_killed_node_left_behind_is_taken_over()
    {
        await using var fixture = await EndpointFixture.StartAsync();
        await fixture.Endpoint!.DisposeAsync();
        await File.WriteAllTextAsync(fixture.Path, "");
        await fixture.RestartAsync();
        await using var client = await fixture.ConnectAsync();
        Assert.Equal("""{"answer":"status"}""", await client.AskAsync(Status));
    }

    [Fact]
    public async Task A_living_endpoint_is_left_alone_by_a_second_one_at_its_path()
    {
        await using var fixture = await EndpointFixture.StartAsync();
        var second = await AdminEndpoint.StartAsync(fixture.Path, EndpointFixture.Generous, new EndpointFixture.Echo(), fixture.Journal, fixture.Counters, fixture.Reports.Add);
        Assert.Null(second);
        Assert.Contains("another node", Assert.Single(fixture.Reports), StringComparison.Ordinal);
        await using var client = await fixture.ConnectAsync();
        Assert.Equal("""{"answer":"status"}""", await client.AskAsync(Status));
    }

    [Fact]
    public async Task A_file_that_is_no_socket_is_not_deleted()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["admin.sock"], "precious");
        var (listener, problem) = await AdminSocket.ListenAsync(directory["admin.sock"], 1);
        Assert.Null(listener);
        Assert.Contains("no socket", problem, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(directory["admin.sock"]));
    }

    [Fact]
    public async Task A_path_beyond_what_the_system_takes_says_so()
    {
        var (listener, problem) = await AdminSocket.ListenAsync("/" + new string('p', 300), 1);
        Assert.Null(listener);
        Assert.Contains("too long", problem, StringComparison.Ordinal);
    }

    private sealed class Long : IAdminAnswers
    {
        public Task<ReadOnlyMemory<byte>> AnswerAsync(AdminRequest request, CancellationToken cancellation) =>
            Task.FromResult(JsonLine.Format(static json => json.WriteString("answer", new string('x', 8 << 20))));
    }

    private sealed class Broken : IAdminAnswers
    {
        public Task<ReadOnlyMemory<byte>> AnswerAsync(AdminRequest request, CancellationToken cancellation) => throw new InvalidOperationException("out of order");
    }

    private sealed class Never : IAdminAnswers
    {
        public async Task<ReadOnlyMemory<byte>> AnswerAsync(AdminRequest request, CancellationToken cancellation)
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return Encoding.UTF8.GetBytes("{}\n");
        }
    }
}
