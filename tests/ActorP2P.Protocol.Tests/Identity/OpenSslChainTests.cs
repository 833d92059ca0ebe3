using System.Diagnostics;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Tests.Identity;

/// <summary>What another tool makes must be as good as what we make: a consortium has its own PKI.</summary>
public sealed class OpenSslChainTests
{
    [Theory]
    [InlineData("p256")]
    [InlineData("secp256k1")]
    public async Task A_set_made_with_the_openssl_command_line_is_accepted(string curveName)
    {
        Assert.True(IdentityCurves.TryFind(curveName, out var curve));
        var directory = Directory.CreateTempSubdirectory("actorp2p-openssl-");
        try
        {
            await RunScriptAsync(directory.FullName, curveName);
            var node = Path.Combine(directory.FullName, "node1");

            var created = NodeIdentity.TryCreate(
                await File.ReadAllTextAsync(Path.Combine(node, "node.key")),
                await File.ReadAllTextAsync(Path.Combine(node, "node.crt")),
                await File.ReadAllTextAsync(Path.Combine(node, "ca.crt")),
                curve,
                null,
                TestPki.Settings(),
                DateTimeOffset.UtcNow.AddMinutes(1),
                out var identity,
                out var errors);

            Assert.True(created, string.Join("; ", errors));
            Assert.True(curve.IsValidPoint(identity!.Id));
            identity.Dispose();
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task RunScriptAsync(string output, string curve)
    {
        var script = Path.Combine(RepositoryRoot(), "scripts", "make-certs-openssl.sh");
        var start = new ProcessStartInfo("bash", [script, output, curve, "2"]) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var error = await process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, error);
    }

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "ActorP2P.sln")))
        {
            directory = directory.Parent ?? throw new DirectoryNotFoundException("No ActorP2P.sln above the tests.");
        }

        return directory.FullName;
    }
}
