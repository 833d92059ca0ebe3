namespace ActorP2P.Program.Tests;

/// <summary>What <c>net init</c> makes is complete, private and ready to start.</summary>
public sealed class NetInitTests
{
    [Fact]
    public async Task Every_node_gets_its_files_and_passes_the_check()
    {
        using var directory = new TemporaryDirectory();
        var made = await ProgramProcess.RunAsync("net", "init", "--nodes", "3", "--out", directory["net"], "--port", "31000", "--agency", "agencyA");
        Assert.Equal(0, made.ExitCode);
        for (var node = 0; node < 3; node++)
        {
            var home = directory["net", $"node{node}"];
            Assert.All(["node.key", "node.crt", "ca.crt", "node.nodeid", "node.conf"], file => Assert.True(File.Exists(Path.Combine(home, file)), file));
            var id = (await File.ReadAllTextAsync(Path.Combine(home, "node.nodeid"))).Trim();
            Assert.Matches("^[0-9a-f]{128}$", id);
            Assert.Contains($"node{node} 127.0.0.1:{31000 + node} {id}", made.OutputLines);

            var check = await ProgramProcess.RunAsync("node", "check", "--config", Path.Combine(home, "node.conf"));
            Assert.Equal(0, check.ExitCode);
            Assert.Contains(id, check.Output, StringComparison.Ordinal);
            Assert.Empty(check.Errors);
        }
    }

    [Fact]
    public async Task Private_keys_are_readable_by_their_owner_alone()
    {
        using var directory = new TemporaryDirectory();
        await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["net"]);
        var keys = Directory.GetFiles(directory.Path, "*.key", SearchOption.AllDirectories);
        Assert.Equal(3, keys.Length);
        if (!OperatingSystem.IsWindows())
        {
            foreach (var key in keys)
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
            }
        }
    }

    [Fact]
    public async Task Nothing_that_exists_is_overwritten()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["precious.txt"], "mine");
        var result = await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory.Path);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("not empty", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact]
    public async Task A_secp256k1_network_gets_certificates_of_its_own_for_TLS()
    {
        using var directory = new TemporaryDirectory();
        var made = await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["net"], "--curve", "secp256k1");
        Assert.Equal(0, made.ExitCode);
        var check = await ProgramProcess.RunAsync("node", "check", "--config", directory["net", "node0", "node.conf"]);
        Assert.Equal(0, check.ExitCode);
        var identity = await ProgramProcess.RunAsync("cert", "inspect", directory["net", "node0", "node.crt"]);
        Assert.Contains("secp256k1", identity.Output, StringComparison.Ordinal);
        var tls = await ProgramProcess.RunAsync("cert", "inspect", directory["net", "node0", "tls.crt"], "--ca", directory["net", "node0", "tls-ca.crt"]);
        Assert.Equal(0, tls.ExitCode);
        Assert.Contains("p256", tls.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_them_the_check_insists()
    {
        using var directory = new TemporaryDirectory();
        await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["net"], "--curve", "secp256k1");
        await File.AppendAllTextAsync(directory["net", "node0", "node.conf"], "actorp2p.tls { key-file = \"\", certificate-file = \"\", ca-file = \"\" }\n");
        var check = await ProgramProcess.RunAsync("node", "check", "--config", directory["net", "node0", "node.conf"]);
        Assert.Equal(1, check.ExitCode);
        Assert.Contains("actorp2p.tls.certificate-file", check.Errors, StringComparison.Ordinal);
    }
}
