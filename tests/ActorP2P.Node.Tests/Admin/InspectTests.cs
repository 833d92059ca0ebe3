using System.Text.Json;

namespace ActorP2P.Program.Tests.Admin;

/// <summary>Commands that ask running nodes, as processes.</summary>
public sealed class InspectTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Status_and_peers_of_a_running_node_tell_of_itself_and_the_other()
    {
        using var directory = new TemporaryDirectory();
        await ProgramProcess.RunAsync("net", "init", "--nodes", "2", "--out", directory["net"], "--port", FreePort.Next());
        var config = directory["net", "node0", "node.conf"];
        await using var first = ProgramProcess.Start("node", "run", "--json-events", "--config", config);
        await using var second = ProgramProcess.Start("node", "run", "--json-events", "--config", directory["net", "node1", "node.conf"]);
        await first.WaitForLineAsync("peer-up", Limit);
        var (id, otherId) = (await IdOfAsync(directory, "node0"), await IdOfAsync(directory, "node1"));

        var status = await ProgramProcess.RunAsync("status", "--json", "--config", config);
        Assert.Equal("", status.Errors);
        using (var answer = JsonDocument.Parse(Assert.Single(status.OutputLines)))
        {
            Assert.Equal(id, answer.RootElement.GetProperty("node").GetString());
            Assert.Equal(1, answer.RootElement.GetProperty("links").GetInt32());
            Assert.NotEmpty(answer.RootElement.GetProperty("listening").EnumerateArray());
            Assert.True(answer.RootElement.GetProperty("counters").GetProperty("link.up").GetInt64() >= 1);
            Assert.All(answer.RootElement.GetProperty("namespaces").EnumerateArray(), static row => Assert.Equal(1, row.GetProperty("linked").GetInt32()));
        }

        var peers = await ProgramProcess.RunAsync("peers", "--json", "--config", config);
        using (var answer = JsonDocument.Parse(Assert.Single(peers.OutputLines)))
        {
            Assert.All(answer.RootElement.GetProperty("peers").EnumerateArray(), row => Assert.Equal(otherId, row.GetProperty("node").GetString()));
            var link = Assert.Single(answer.RootElement.GetProperty("links").EnumerateArray());
            Assert.Equal(otherId, link.GetProperty("node").GetString());
            Assert.True(link.GetProperty("sent-bytes").GetInt64() > 0);
            Assert.True(link.GetProperty("received-bytes").GetInt64() > 0);
        }

        var plain = await ProgramProcess.RunAsync("peers", "--socket", directory["net", "node0", "data", "admin.sock"]);
        Assert.Equal(0, plain.ExitCode);
        Assert.StartsWith("namespace\tnode\tway\t", plain.OutputLines[0], StringComparison.Ordinal);
        Assert.Contains($"\t{otherId}\tlinked\t", plain.Output, StringComparison.Ordinal);
        Assert.Contains(id, (await ProgramProcess.RunAsync("status", "--counters", "--config", config)).Output, StringComparison.Ordinal);

        var unknown = await ProgramProcess.RunAsync("peers", "--namespace", "nowhere", "--config", config);
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("unknown-namespace", Assert.Single(unknown.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_and_top_follow_a_node_until_it_stops()
    {
        using var directory = new TemporaryDirectory();
        await ProgramProcess.RunAsync("net", "init", "--nodes", "2", "--out", directory["net"], "--port", FreePort.Next());
        var config = directory["net", "node0", "node.conf"];
        await using var first = ProgramProcess.Start("node", "run", "--json-events", "--config", config);
        await first.WaitForLineAsync("observing", Limit);
        await using var following = ProgramProcess.Start("events", "--follow", "--json", "--config", config);
        await using var people = ProgramProcess.Start("events", "--follow", "--config", config);
        await following.WaitForLineAsync("observing", Limit);
        await people.WaitForLineAsync("observing", Limit);

        await using var second = ProgramProcess.Start("node", "run", "--json-events", "--config", directory["net", "node1", "node.conf"]);
        var otherId = await IdOfAsync(directory, "node1");
        Assert.Contains(otherId, await following.WaitForLineAsync("peer-up", Limit), StringComparison.Ordinal);
        Assert.Contains($"node={otherId}", await people.WaitForLineAsync("peer-up", Limit), StringComparison.Ordinal);
        var kept = await ProgramProcess.RunAsync("events", "--json", "--config", config);
        Assert.Equal(0, kept.ExitCode);
        Assert.Contains(kept.OutputLines, line => line.Contains("peer-up", StringComparison.Ordinal) && line.Contains(otherId, StringComparison.Ordinal));

        var top = await ProgramProcess.RunAsync("top", "--json", "--count", "2", "--config", config);
        Assert.Equal(0, top.ExitCode);
        Assert.Equal(2, top.OutputLines.Count);
        using (var frame = JsonDocument.Parse(top.OutputLines[1]))
        {
            var row = Assert.Single(frame.RootElement.GetProperty("top").EnumerateArray());
            Assert.Equal(otherId, row.GetProperty("node").GetString());
            Assert.True(row.TryGetProperty("sent-bytes-per-s", out _));
        }

        Assert.StartsWith("node\tway\t", (await ProgramProcess.RunAsync("top", "--count", "1", "--config", config)).OutputLines[0], StringComparison.Ordinal);
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await people.TerminateAsync();
        Assert.Equal(0, (await people.FinishAsync(Limit)).ExitCode);
        await first.TerminateAsync();
        await following.WaitForLineAsync("\"stopped\"", Limit);
        Assert.Equal(0, (await following.FinishAsync(Limit)).ExitCode);
        Assert.Equal(0, (await first.FinishAsync(Limit)).ExitCode);
        Assert.False(File.Exists(directory["net", "node0", "data", "admin.sock"]));
    }

    [Fact]
    public async Task Who_follows_a_node_that_is_killed_fails_and_the_next_life_of_the_node_can_be_asked()
    {
        using var directory = new TemporaryDirectory();
        await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["net"], "--port", FreePort.Next());
        var config = directory["net", "node0", "node.conf"];
        var first = ProgramProcess.Start("node", "run", "--json-events", "--config", config);
        await first.WaitForLineAsync("observing", Limit);
        await using var following = ProgramProcess.Start("events", "--follow", "--config", config);
        await following.WaitForLineAsync("observing", Limit);
        await first.DisposeAsync();
        var ended = await following.FinishAsync(Limit);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("closed the connection", Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
        Assert.Contains("has ended", Assert.Single((await ProgramProcess.RunAsync("status", "--config", config)).ErrorLines), StringComparison.Ordinal);

        await using var next = ProgramProcess.Start("node", "run", "--json-events", "--config", config);
        await next.WaitForLineAsync("observing", Limit);
        Assert.Equal(0, (await ProgramProcess.RunAsync("status", "--config", config)).ExitCode);
    }

    [Fact]
    public async Task Where_no_node_runs_the_command_says_how_to_start_one()
    {
        using var directory = new TemporaryDirectory();
        await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["net"], "--port", FreePort.Next());
        var result = await ProgramProcess.RunAsync("status", "--config", directory["net", "node0", "node.conf"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no node answers", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task A_node_whose_endpoint_is_off_makes_no_socket_and_the_command_says_so()
    {
        using var directory = new TemporaryDirectory();
        await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["net"], "--port", FreePort.Next());
        var config = directory["net", "node0", "node.conf"];
        await File.AppendAllTextAsync(config, "\nactorp2p.admin.enabled = off\n");
        await using var node = ProgramProcess.Start("node", "run", "--json-events", "--config", config);
        await node.WaitForLineAsync("observing", Limit);
        Assert.False(File.Exists(directory["net", "node0", "data", "admin.sock"]));
        var result = await ProgramProcess.RunAsync("status", "--config", config);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("admin.enabled", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    private static async Task<string> IdOfAsync(TemporaryDirectory directory, string node) =>
        (await File.ReadAllTextAsync(directory["net", node, "node.nodeid"])).Trim();
}
