using System.Text.Json;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Program.Tests;

/// <summary><c>cert inspect</c> says who a certificate is, and what it proves.</summary>
public sealed class CertInspectTests
{
    [Fact]
    public async Task The_node_ID_is_the_one_of_node_nodeid_and_the_chain_is_whole()
    {
        using var directory = new TemporaryDirectory();
        await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["net"], "--agency", "agencyB");
        var result = await ProgramProcess.RunAsync("cert", "inspect", directory["net", "node0", "node.crt"], "--json");
        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal((await File.ReadAllTextAsync(directory["net", "node0", "node.nodeid"])).Trim(), json.RootElement.GetProperty("node-id").GetString());
        Assert.True(NodeLabel.TryGetNode(json.RootElement.GetProperty("label").GetString(), out var named));
        Assert.Equal(json.RootElement.GetProperty("node-id").GetString(), named.ToString());
        var chain = json.RootElement.GetProperty("chain");
        Assert.Equal(2, chain.GetArrayLength());
        Assert.Contains("agencyB", chain[0].GetProperty("issuer").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_right_CA_it_is_valid_and_with_a_foreign_one_it_is_refused()
    {
        using var directory = new TemporaryDirectory();
        await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["net"]);
        await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["foreign"]);
        var good = await ProgramProcess.RunAsync("cert", "inspect", directory["net", "node0", "node.crt"], "--ca", directory["net", "ca", "ca.crt"]);
        Assert.Equal(0, good.ExitCode);
        Assert.Contains("valid until", good.Output, StringComparison.Ordinal);
        var bad = await ProgramProcess.RunAsync("cert", "inspect", directory["net", "node0", "node.crt"], "--ca", directory["foreign", "ca", "ca.crt"]);
        Assert.Equal(1, bad.ExitCode);
        Assert.Contains("UntrustedRoot", Assert.Single(bad.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_certificate_is_one_line()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["x.crt"], "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        await File.WriteAllTextAsync(directory["y.crt"], "hello");
        Assert.All(
            new[] { await ProgramProcess.RunAsync("cert", "inspect", directory["x.crt"]), await ProgramProcess.RunAsync("cert", "inspect", directory["y.crt"]) },
            static result =>
            {
                Assert.Equal(1, result.ExitCode);
                Assert.Single(result.ErrorLines);
            });
    }
}
