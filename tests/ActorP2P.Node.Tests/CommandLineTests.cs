namespace ActorP2P.Program.Tests;

/// <summary>Exit code 2 and one line that says what to do, for every wrong command line.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("")]
    [InlineData("fly")]
    [InlineData("net")]
    [InlineData("net init")]
    [InlineData("net init --out x --nodes many")]
    [InlineData("net init --out x --nodes 0")]
    [InlineData("net init --out x --port 70000")]
    [InlineData("net init --out x --curve sm9")]
    [InlineData("net init --out x --port 65535 --nodes 4")]
    [InlineData("node run")]
    [InlineData("node check --config")]
    [InlineData("cert inspect")]
    [InlineData("demo --nodes 1")]
    [InlineData("demo --tls maybe")]
    [InlineData("demo --curve p521")]
    [InlineData("net init --out x --suite aes-128-gcm --suite rot13")]
    [InlineData("demo --suite rot13")]
    [InlineData("demo --tls off --encryption off")]
    [InlineData("status")]
    [InlineData("top --socket b.sock --interval 0")]
    [InlineData("peers --config a.conf --socket b.sock")]
    [InlineData("routes --socket b.sock --namespace app")]
    public async Task Wrong_usage_is_one_line_and_exit_code_2(string arguments)
    {
        var result = await ProgramProcess.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, result.ExitCode);
        var line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("actorp2p: ", line, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Help_names_every_command_but_the_demos_own_nodes()
    {
        var result = await ProgramProcess.RunAsync("--help");
        Assert.Equal(0, result.ExitCode);
        Assert.All(["demo", "net", "node", "cert", "status", "peers", "topics", "routes", "events", "top"], command => Assert.Contains(command, result.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("demo-node", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cert inspect /no/such/file.crt")]
    [InlineData("node run --config /no/such/file.conf")]
    [InlineData("status --config /no/such/file.conf")]
    [InlineData("peers --socket /no/such/file.sock")]
    public async Task A_missing_file_is_exit_code_1_without_a_stack_trace(string arguments)
    {
        var result = await ProgramProcess.RunAsync(arguments.Split(' '));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("/no/such/file", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }
}
