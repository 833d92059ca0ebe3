using System.Text.Json;

namespace ActorP2P.Program.Tests;

/// <summary>A CA goes on after <c>net init</c>: more nodes, new certificates, revocation.</summary>
public sealed class CertIssueTests
{
    [Theory]
    [InlineData("p256")]
    [InlineData("sm2")]
    public async Task An_agency_issues_renews_and_revokes(string curve)
    {
        using var directory = new TemporaryDirectory();
        var authority = await MakeNetworkAsync(directory, curve);
        var node = directory["more"];

        var issued = await ProgramProcess.RunAsync([.. (string[])["cert", "issue", "--name", "node9", "--host", "node9.example", "--out", node, "--json"], .. authority]);
        Assert.Equal("", issued.Errors);
        var id = Json(issued).GetProperty("node-id").GetString();
        Assert.Equal((await File.ReadAllTextAsync(Path.Combine(node, "node.nodeid"))).Trim(), id);
        var first = Json(issued).GetProperty("certificate").GetProperty("serial").GetString()!;
        Assert.Contains("valid until", (await InspectAsync(node)).Output, StringComparison.Ordinal);

        var renewed = await ProgramProcess.RunAsync([.. (string[])["cert", "renew", "--cert", Path.Combine(node, "node.crt"), "--days", "9", "--json"], .. authority]);
        Assert.Equal("", renewed.Errors);
        Assert.NotEqual(first, Json(renewed).GetProperty("certificate").GetProperty("serial").GetString());
        var after = await InspectAsync(node);
        Assert.Equal(0, after.ExitCode);
        Assert.Contains(id!, after.Output, StringComparison.Ordinal);

        var crl = directory["agency.crl"];
        var revoked = await ProgramProcess.RunAsync([.. (string[])["cert", "revoke", "--cert", Path.Combine(node, "node.crt"), "--crl", crl, "--reason", "superseded", "--json"], .. authority]);
        Assert.Equal("", revoked.Errors);
        Assert.Equal("1", Json(revoked).GetProperty("number").GetString());
        var extended = await ProgramProcess.RunAsync([.. (string[])["cert", "revoke", "--serial", first, "--crl", crl, "--json"], .. authority]);
        Assert.Equal("2", Json(extended).GetProperty("number").GetString());
        Assert.Equal(2, Json(extended).GetProperty("revoked").GetInt32());
        var again = await ProgramProcess.RunAsync([.. (string[])["cert", "revoke", "--serial", first, "--crl", crl, "--json"], .. authority]);
        Assert.Equal(0, Json(again).GetProperty("added").GetArrayLength());
        Assert.Equal(2, Json(again).GetProperty("revoked").GetInt32());
    }

    [Theory]
    [InlineData("p256")]
    [InlineData("sm2")]
    public async Task A_new_key_comes_with_a_certificate_of_the_same_names_and_passes_the_check_when_both_are_in_place(string curve)
    {
        using var directory = new TemporaryDirectory();
        var authority = await MakeNetworkAsync(directory, curve);
        var node = directory["net", "node0"];
        string[] renew = ["cert", "renew", "--cert", Path.Combine(node, "node.crt"), "--out", directory["next.crt"], "--new-key", directory["next.key"], .. authority];
        var made = await ProgramProcess.RunAsync([.. renew, "--json"]);
        Assert.Equal("", made.Errors);
        var id = Json(made).GetProperty("node-id").GetString()!;
        Assert.NotEqual((await File.ReadAllTextAsync(Path.Combine(node, "node.nodeid"))).Trim(), id);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory["next.key"]));
        }

        var again = await ProgramProcess.RunAsync(renew);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("next.key", Assert.Single(again.ErrorLines), StringComparison.Ordinal);

        File.Move(directory["next.key"], Path.Combine(node, "node.key"), overwrite: true);
        var between = await ProgramProcess.RunAsync("node", "check", "--config", Path.Combine(node, "node.conf"));
        Assert.Equal(1, between.ExitCode);
        File.Move(directory["next.crt"], Path.Combine(node, "node.crt"), overwrite: true);
        var after = await ProgramProcess.RunAsync("node", "check", "--config", Path.Combine(node, "node.conf"));
        Assert.Equal("", after.Errors);
        Assert.Contains(id, after.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("p256")]
    [InlineData("sm2")]
    public async Task A_node_whose_certificate_was_revoked_does_not_pass_the_check(string curve)
    {
        using var directory = new TemporaryDirectory();
        var authority = await MakeNetworkAsync(directory, curve);
        var node = directory["net", "node0"];
        Assert.Equal(0, (await ProgramProcess.RunAsync([.. (string[])["cert", "revoke", "--crl", Path.Combine(node, "agency.crl")], .. authority])).ExitCode);
        await File.AppendAllTextAsync(Path.Combine(node, "node.conf"), "actorp2p.crl.files = [\"agency.crl\"]\n");
        var before = await ProgramProcess.RunAsync("node", "check", "--config", Path.Combine(node, "node.conf"));
        Assert.Equal("", before.Errors);

        await ProgramProcess.RunAsync([.. (string[])["cert", "revoke", "--cert", Path.Combine(node, "node.crt"), "--crl", Path.Combine(node, "agency.crl")], .. authority]);

        var after = await ProgramProcess.RunAsync("node", "check", "--config", Path.Combine(node, "node.conf"));
        Assert.Equal(1, after.ExitCode);
        Assert.Contains("is on list 2 of its issuer", after.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_fit_fails_in_one_line_and_changes_nothing()
    {
        using var directory = new TemporaryDirectory();
        var authority = await MakeNetworkAsync(directory, "p256");
        await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["foreign"]);
        var node = directory["net", "node0"];
        var foreign = directory["foreign", "node0", "node.crt"];
        await File.WriteAllTextAsync(directory["garbage.crl"], "-----BEGIN X509 CRL-----\nMAMCAQE=\n-----END X509 CRL-----\n");
        string[] withoutRoot = [.. authority[..4]];
        string[] wrongKey = ["--ca-key", directory["net", "ca", "ca.key"], .. authority[2..]];
        (string[] Arguments, int Code, string Says)[] cases =
        [
            (["cert", "issue", "--name", "x", "--out", node, .. authority], 1, "exists"),
            (["cert", "issue", "--name", "", "--out", directory["a"], .. authority], 2, "--name"),
            (["cert", "issue", "--name", "x", "--host", "two words", "--out", directory["a"], .. authority], 2, "--host"),
            (["cert", "issue", "--name", "x", "--days", "0", "--out", directory["a"], .. authority], 2, "--days"),
            (["cert", "issue", "--name", "x", "--out", directory["a"], .. withoutRoot], 1, "--root"),
            (["cert", "issue", "--name", "x", "--out", directory["a"], .. wrongKey], 1, "not a CA certificate of this key"),
            (["cert", "renew", "--cert", foreign, .. authority], 1, "not issued by this CA"),
            (["cert", "renew", "--cert", directory["none"], .. authority], 1, "none"),
            (["cert", "renew", "--cert", Path.Combine(node, "node.crt"), "--new-key", directory["a", "new.key"], .. authority], 2, "--out"),
            (["cert", "revoke", "--cert", foreign, "--crl", directory["a.crl"], .. authority], 1, "not issued by this CA"),
            (["cert", "revoke", "--serial", "xyz", "--crl", directory["a.crl"], .. authority], 2, "--serial"),
            (["cert", "revoke", "--serial", "01", "--reason", "mood", "--crl", directory["a.crl"], .. authority], 2, "mood"),
            (["cert", "revoke", "--serial", "01", "--crl", directory["garbage.crl"], .. authority], 1, "cannot be extended"),
        ];

        foreach (var (arguments, code, says) in cases)
        {
            var result = await ProgramProcess.RunAsync(arguments);
            Assert.Equal(code, result.ExitCode);
            Assert.Contains(says, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(directory["a"]));
        Assert.False(File.Exists(directory["a.crl"]));
    }

    [Fact]
    public async Task Another_CAs_list_is_not_extended()
    {
        using var directory = new TemporaryDirectory();
        var authority = await MakeNetworkAsync(directory, "p256");
        await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["foreign"]);
        await ProgramProcess.RunAsync([.. (string[])["cert", "revoke", "--serial", "01", "--crl", directory["list.crl"]], .. Authority(directory, "foreign")]);
        var before = await File.ReadAllTextAsync(directory["list.crl"]);

        var result = await ProgramProcess.RunAsync([.. (string[])["cert", "revoke", "--serial", "02", "--crl", directory["list.crl"]], .. authority]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("not this CA's", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(directory["list.crl"]));
    }

    private static async Task<string[]> MakeNetworkAsync(TemporaryDirectory directory, string curve)
    {
        Assert.Equal(0, (await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["net"], "--curve", curve)).ExitCode);
        return Authority(directory, "net");
    }

    private static string[] Authority(TemporaryDirectory directory, string network) =>
        ["--ca-key", directory[network, "ca", "agency.key"], "--ca-cert", directory[network, "ca", "agency.crt"], "--root", directory[network, "ca", "ca.crt"]];

    private static Task<ProgramResult> InspectAsync(string node) =>
        ProgramProcess.RunAsync("cert", "inspect", Path.Combine(node, "node.crt"), "--ca", Path.Combine(node, "ca.crt"));

    private static JsonElement Json(ProgramResult result)
    {
        using var json = JsonDocument.Parse(result.Output);
        return json.RootElement.Clone();
    }
}
