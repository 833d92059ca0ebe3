using System.Text.Json;

namespace ActorP2P.Program.Tests;

/// <summary>SM2, SM3 and SM4 need no hand work, and cost nothing where they are not asked for.</summary>
public sealed class GuomiTests
{
    private static readonly string Fixtures = Path.Combine(AppContext.BaseDirectory, "FiscoBcos");

    [Fact]
    public async Task A_FISCO_BCOS_chain_shows_its_own_node_ID_and_is_valid_under_its_CA()
    {
        var chain = Path.Combine(Fixtures, "sm_node.crt");
        var result = await ProgramProcess.RunAsync("cert", "inspect", chain, "--ca", Path.Combine(Fixtures, "sm_ca.crt"), "--json");

        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal((await File.ReadAllTextAsync(Path.Combine(Fixtures, "sm_node.nodeid"))).Trim(), json.RootElement.GetProperty("node-id").GetString());
        Assert.Equal("sm2", json.RootElement.GetProperty("curve").GetString());
        Assert.StartsWith("valid until 2031-05-18", json.RootElement.GetProperty("verdict").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_SM2_network_is_ready_to_start_with_TLS_certificates_apart()
    {
        using var directory = new TemporaryDirectory();
        Assert.Equal(0, (await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["net"], "--curve", "sm2")).ExitCode);
        var node = directory["net", "node0"];

        var check = await ProgramProcess.RunAsync("node", "check", "--config", Path.Combine(node, "node.conf"));
        Assert.Equal("", check.Errors);
        Assert.Equal(0, check.ExitCode);
        Assert.Contains((await File.ReadAllTextAsync(Path.Combine(node, "node.nodeid"))).Trim(), check.Output, StringComparison.Ordinal);
        var tls = await ProgramProcess.RunAsync("cert", "inspect", Path.Combine(node, "tls.crt"), "--ca", Path.Combine(node, "tls-ca.crt"));
        Assert.Contains("p256", tls.Output, StringComparison.Ordinal);
        Assert.Equal(0, tls.ExitCode);

        await File.AppendAllTextAsync(Path.Combine(node, "node.conf"), "actorp2p.tls { key-file = node.key, certificate-file = node.crt, ca-file = ca.crt }\n");
        var insisting = await ProgramProcess.RunAsync("node", "check", "--config", Path.Combine(node, "node.conf"));
        Assert.Equal(1, insisting.ExitCode);
        Assert.Contains("use a P-256 certificate for TLS", insisting.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suites_of_a_new_network_stand_in_the_order_in_which_they_were_named()
    {
        using var directory = new TemporaryDirectory();
        await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["net"], "--suite", "sm4-gcm", "--suite", "aes-128-gcm");

        var conf = await File.ReadAllTextAsync(directory["net", "network.conf"]);
        Assert.Contains("encryption.suites = [\"sm4-gcm\", \"aes-128-gcm\"]", conf, StringComparison.Ordinal);
        Assert.Equal(0, (await ProgramProcess.RunAsync("node", "check", "--config", directory["net", "node0", "node.conf"])).ExitCode);
    }

    /// <summary>The program is copied without the two assemblies: what runs then has not loaded them.</summary>
    [Fact]
    public async Task Other_networks_do_not_load_the_assembly_and_SM2_says_in_one_line_that_it_is_missing()
    {
        using var directory = new TemporaryDirectory();
        var program = CopyProgram(directory["program"], static file => !file.StartsWith("ActorP2P.Guomi", StringComparison.Ordinal) && !file.StartsWith("BouncyCastle", StringComparison.Ordinal));

        Assert.Equal(0, (await ProgramProcess.RunFileAsync(program, "net", "init", "--nodes", "1", "--out", directory["net"])).ExitCode);
        Assert.Equal(0, (await ProgramProcess.RunFileAsync(program, "node", "check", "--config", directory["net", "node0", "node.conf"])).ExitCode);
        Assert.Equal(0, (await ProgramProcess.RunFileAsync(program, "cert", "inspect", directory["net", "node0", "node.crt"])).ExitCode);

        var sm2 = await ProgramProcess.RunFileAsync(program, "net", "init", "--nodes", "1", "--out", directory["sm2"], "--curve", "sm2");
        Assert.Equal(2, sm2.ExitCode);
        Assert.Contains("ActorP2P.Guomi", Assert.Single(sm2.ErrorLines), StringComparison.Ordinal);
        Assert.False(Directory.Exists(directory["sm2"]));
    }

    // Without its list of dependencies a program takes the assemblies that lie beside it.
    private static string CopyProgram(string target, Func<string, bool> wanted)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory))
        {
            var name = Path.GetFileName(file);
            if (wanted(name) && (name.EndsWith(".dll", StringComparison.Ordinal) || name == "ActorP2P.Node.runtimeconfig.json"))
            {
                File.Copy(file, Path.Combine(target, name));
            }
        }

        return Path.Combine(target, "ActorP2P.Node.dll");
    }
}
