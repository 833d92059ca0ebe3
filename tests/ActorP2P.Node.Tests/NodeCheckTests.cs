namespace ActorP2P.Program.Tests;

/// <summary>Every mistake comes out at once, by its path, before anything starts.</summary>
public sealed class NodeCheckTests
{
    [Fact]
    public async Task Three_mistakes_are_three_lines_with_their_paths_and_exit_code_1()
    {
        using var directory = new TemporaryDirectory();
        var file = directory["node.conf"];
        await File.WriteAllTextAsync(file, """
            actorp2p {
              network.id = "n"
              network.lissten = ["127.0.0.1:1"]
              channel.window-bytes = lots
              reconnect.min-delay = 1 h
            }
            """);
        var result = await ProgramProcess.RunAsync("node", "check", "--config", file);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(result.ErrorLines, static l => l.StartsWith("actorp2p.network.lissten: ", StringComparison.Ordinal) && l.Contains("did you mean actorp2p.network.listen?", StringComparison.Ordinal));
        Assert.Contains(result.ErrorLines, static l => l.StartsWith("actorp2p.channel.window-bytes: ", StringComparison.Ordinal));
        Assert.Contains(result.ErrorLines, static l => l.StartsWith("actorp2p.reconnect.min-delay: ", StringComparison.Ordinal));
        Assert.Contains(result.ErrorLines, static l => l.Contains("3 errors", StringComparison.Ordinal));
        Assert.Equal(4, result.ErrorLines.Count);
        Assert.Contains("node.conf:3:", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_another_node_is_named()
    {
        using var directory = new TemporaryDirectory();
        await MakeAsync(directory);
        File.Copy(directory["net", "node1", "node.key"], directory["net", "node0", "node.key"], overwrite: true);
        await ExpectAsync(directory, "actorp2p.identity.key-file");
    }

    [Fact]
    public async Task A_certificate_under_another_CA_is_named()
    {
        using var directory = new TemporaryDirectory();
        await MakeAsync(directory);
        await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["foreign"]);
        File.Copy(directory["foreign", "ca", "ca.crt"], directory["net", "node0", "ca.crt"], overwrite: true);
        await ExpectAsync(directory, "actorp2p.identity.certificate-file");
    }

    [Fact]
    public async Task Missing_and_half_written_files_are_all_named()
    {
        using var directory = new TemporaryDirectory();
        await MakeAsync(directory);
        File.Delete(directory["net", "node0", "node.key"]);
        var certificate = await File.ReadAllTextAsync(directory["net", "node0", "node.crt"]);
        await File.WriteAllTextAsync(directory["net", "node0", "node.crt"], certificate[..(certificate.Length / 3)]);
        await ExpectAsync(directory, "actorp2p.identity.key-file", "actorp2p.identity.certificate-file");
    }

    [Fact]
    public async Task An_unknown_curve_or_suite_is_named()
    {
        using var directory = new TemporaryDirectory();
        await MakeAsync(directory);
        await File.AppendAllTextAsync(
            directory["net", "node0", "node.conf"],
            "actorp2p { identity.curve = curve25519, tls { key-file = node.key, certificate-file = node.crt }, encryption.suites = [rot13] }\n");
        await ExpectAsync(directory, "actorp2p.identity.curve", "actorp2p.encryption.suites");
    }

    [Fact]
    public async Task A_key_that_others_can_read_is_a_warning()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var directory = new TemporaryDirectory();
        await MakeAsync(directory);
        File.SetUnixFileMode(directory["net", "node0", "node.key"], UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var result = await ProgramProcess.RunAsync("node", "check", "--config", directory["net", "node0", "node.conf"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("chmod 600", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    private static async Task MakeAsync(TemporaryDirectory directory) =>
        Assert.Equal(0, (await ProgramProcess.RunAsync("net", "init", "--nodes", "2", "--out", directory["net"])).ExitCode);

    private static async Task ExpectAsync(TemporaryDirectory directory, params string[] paths)
    {
        var result = await ProgramProcess.RunAsync("node", "check", "--config", directory["net", "node0", "node.conf"]);
        Assert.Equal(1, result.ExitCode);
        Assert.All(paths, path => Assert.Contains(result.ErrorLines, line => line.StartsWith(path + ": ", StringComparison.Ordinal)));
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }
}
