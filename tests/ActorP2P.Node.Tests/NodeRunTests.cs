namespace ActorP2P.Program.Tests;

/// <summary>What <c>net init</c> made starts, links up and leaves in order.</summary>
public sealed class NodeRunTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Two_nodes_from_net_init_see_each_other_and_leave_at_SIGTERM()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var directory = new TemporaryDirectory();
        await ProgramProcess.RunAsync("net", "init", "--nodes", "2", "--out", directory["net"], "--port", FreePort.Next());
        await using var first = ProgramProcess.Start("node", "run", "--json-events", "--config", directory["net", "node0", "node.conf"]);
        await using var second = ProgramProcess.Start("node", "run", "--config", directory["net", "node1", "node.conf"]);
        var id = (await File.ReadAllTextAsync(directory["net", "node1", "node.nodeid"])).Trim();
        Assert.Contains(id, await first.WaitForLineAsync("peer-up", Limit), StringComparison.Ordinal);
        await second.WaitForLineAsync(" up, epoch ", Limit);

        await second.TerminateAsync();
        Assert.Equal(0, (await second.FinishAsync(Limit)).ExitCode);
        Assert.Contains(id, await first.WaitForLineAsync("peer-down", Limit), StringComparison.Ordinal);
        await first.TerminateAsync();
        var ended = await first.FinishAsync(Limit);
        Assert.Equal(0, ended.ExitCode);
        Assert.Contains("\"stopped\"", ended.Output, StringComparison.Ordinal);
        Assert.All(ended.OutputLines, static line => Assert.StartsWith("{", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_key_in_the_watched_files_gives_the_running_node_another_ID_and_the_others_follow()
    {
        using var directory = new TemporaryDirectory();
        await ProgramProcess.RunAsync("net", "init", "--nodes", "2", "--out", directory["net"], "--port", FreePort.Next());
        await using var first = ProgramProcess.Start("node", "run", "--json-events", "--config", directory["net", "node0", "node.conf"]);
        await using var second = ProgramProcess.Start("node", "run", "--json-events", "--config", directory["net", "node1", "node.conf"]);
        await first.WaitForLineAsync("peer-up", Limit);
        await second.WaitForLineAsync("peer-up", Limit);

        var node = directory["net", "node1"];
        var agency = directory["net", "ca", "agency"];
        var made = await ProgramProcess.RunAsync(
            "cert", "renew", "--cert", Path.Combine(node, "node.crt"), "--out", directory["next.crt"], "--new-key", directory["next.key"],
            "--ca-key", agency + ".key", "--ca-cert", agency + ".crt", "--root", directory["net", "ca", "ca.crt"]);
        Assert.Equal("", made.Errors);
        File.Move(directory["next.key"], Path.Combine(node, "node.key"), overwrite: true);
        File.Move(directory["next.crt"], Path.Combine(node, "node.crt"), overwrite: true);

        var former = (await File.ReadAllTextAsync(Path.Combine(node, "node.nodeid"))).Trim();
        Assert.Contains(former, await second.WaitForLineAsync("node-id-changed", Limit), StringComparison.Ordinal);
        Assert.Contains(former, await first.WaitForLineAsync("peer-succeeded", Limit), StringComparison.Ordinal);
        await second.WaitForLineAsync("\"reloaded\"", Limit);
        Assert.DoesNotContain(former, await first.WaitForLineAsync("peer-up", Limit), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGHUP_reloads_and_a_damaged_certificate_is_reported_and_changes_nothing()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var directory = new TemporaryDirectory();
        await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["net"], "--port", FreePort.Next());
        var config = directory["net", "node0", "node.conf"];
        await File.AppendAllTextAsync(config, "\nactorp2p.rotation.watch = off\n");
        await using var node = ProgramProcess.Start("node", "run", "--json-events", "--config", config);
        await node.WaitForLineAsync("observing", Limit);

        await File.AppendAllTextAsync(config, $"\nactorp2p.identity.deny-node-ids = [\"{new string('a', 128)}\"]\n");
        await node.HangUpAsync();
        Assert.Contains("deny-list", await node.WaitForLineAsync("\"reloaded\"", Limit), StringComparison.Ordinal);
        await File.WriteAllTextAsync(directory["net", "node0", "node.crt"], "-----BEGIN CERTIFICATE-----\nMIIB");
        await node.HangUpAsync();
        Assert.Contains("identity.certificate-file", await node.WaitForLineAsync("reload-refused", Limit), StringComparison.Ordinal);
        await node.TerminateAsync();
        Assert.Equal(0, (await node.FinishAsync(Limit)).ExitCode);
    }
}
