using ActorP2P.Protocol;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Program.Tests;

/// <summary>The program takes an assembly that lies beside it and that it was not built with: here, this one.</summary>
public sealed class BesideProviderTests
{
    [Fact]
    public async Task A_suite_from_an_assembly_beside_the_program_needs_nothing_but_its_name_in_the_configuration()
    {
        using var directory = new TemporaryDirectory();
        await ProgramProcess.RunAsync("net", "init", "--nodes", "1", "--out", directory["net"]);
        var conf = directory["net", "node0", "node.conf"];
        await File.AppendAllTextAsync(conf, "actorp2p.encryption.suites = [\"beside-aead\", \"aes-128-gcm\"]\n");
        var without = await ProgramProcess.RunAsync("node", "check", "--config", conf);
        Assert.Equal(1, without.ExitCode);
        Assert.Contains("beside-aead", without.Errors, StringComparison.Ordinal);

        var assembly = typeof(BesideProvider).Assembly.GetName().Name;
        await File.AppendAllTextAsync(conf, $"actorp2p.suites.providers = [\"{typeof(BesideProvider).FullName}, {assembly}\"]\n");
        var with = await ProgramProcess.RunAsync("node", "check", "--config", conf);
        Assert.Equal("", with.Errors);
        Assert.Equal(0, with.ExitCode);
    }
}

public sealed class BesideProvider : ISuiteProvider
{
    private static readonly AeadSuite Suite = new BesideSuite();

    public IReadOnlyList<IdentityCurve> Curves => [];

    public IReadOnlyList<AeadSuite> Suites => [Suite];

    private sealed class BesideSuite : AeadSuite
    {
        public override string Name => "beside-aead";

        public override int KeyLengthBytes => 32;

        public override SuiteHash Hash => SuiteHash.Sha256;

        public override bool IsSupported => true;

        public override IAeadCipher CreateCipher(ReadOnlySpan<byte> key) => AeadSuites.Aes256Gcm.CreateCipher(key);
    }
}
