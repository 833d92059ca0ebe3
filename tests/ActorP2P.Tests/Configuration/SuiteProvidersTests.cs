using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Tests.Configuration;

/// <summary>A user brings algorithms of his own: by configuration alone, and with an error by its path when he cannot.</summary>
public sealed class SuiteProvidersTests : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly string _directory = Directory.CreateTempSubdirectory("actorp2p-providers-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_curve_and_a_suite_of_a_provider_serve_a_node()
    {
        var curve = OwnAlgorithms.Curve;
        using var root = CertificateIssuer.CreateRoot(IdentityCurves.P256, "root", Validity.FromNow(Now, 10), SystemRandomSource.Instance);
        var node = root.IssueNode(new NodeCertificateRequest("node", [], Validity.FromNow(Now, 9)), SystemRandomSource.Instance);
        File.WriteAllText(Path.Combine(_directory, "node.key"), node.KeyPem);
        File.WriteAllText(Path.Combine(_directory, "node.crt"), node.ChainPem);
        File.WriteAllText(Path.Combine(_directory, "ca.crt"), node.CaPem);

        Assert.True(TryLoad(Settings(Name<OwnAlgorithms>(), "own-curve", "own-aead"), out var files, out var errors), string.Join("; ", errors));

        Assert.Same(curve, files!.Identity.Curve);
        Assert.True(AeadSuites.TryFind("own-aead", out _));
        files.Dispose();
    }

    [Fact]
    public void A_provider_is_created_once_a_process()
    {
        Assert.Null(SuiteProviders.Load(Name<CountedProvider>()));
        Assert.Null(SuiteProviders.Load(Name<CountedProvider>()));

        Assert.Equal(1, CountedProvider.Created);
    }

    [Theory]
    [InlineData("No.Such.Type, No.Such.Assembly")]
    [InlineData("No.Such.Type, ActorP2P.Tests")]
    [InlineData("NoAssembly")]
    [InlineData(", , ,")]
    [InlineData("A.B, C, Version=what")]
    public void A_name_that_leads_nowhere_is_an_error_by_its_path(string name)
    {
        Assert.False(TryLoad(Settings(name), out _, out var errors));

        Assert.Contains(errors, e => e.Path == "actorp2p.suites.providers.0" && e.Message.Contains("cannot be loaded", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_no_provider_fails_or_takes_a_name_is_an_error_by_its_path()
    {
        string[] names = [Name<SuiteProvidersTests>(), Name<ThrowingProvider>(), Name<PrivateProvider>(), Name<NameTaker>(), Name<NamelessCurve>()];

        Assert.False(TryLoad(Settings(string.Join("\", \"", names)), out _, out var errors));

        var found = errors.Where(static e => e.Path.StartsWith("actorp2p.suites.providers.", StringComparison.Ordinal)).ToList();
        Assert.Equal(names.Select(static (_, i) => $"actorp2p.suites.providers.{i}"), found.Select(static e => e.Path));
        Assert.Contains("implements ISuiteProvider", found[0].Message, StringComparison.Ordinal);
        Assert.Contains("no luck today", found[1].Message, StringComparison.Ordinal);
        Assert.Contains("constructor", found[2].Message, StringComparison.Ordinal);
        Assert.Contains("another one has that name", found[3].Message, StringComparison.Ordinal);
        Assert.Contains("has no place in a handshake", found[4].Message, StringComparison.Ordinal);
        Assert.All(found, static e => Assert.DoesNotContain('\n', e.Message));
        Assert.True(IdentityCurves.TryFind("p256", out var p256));
        Assert.Same(IdentityCurves.P256, p256);
    }

    [Fact]
    public void Names_that_nobody_brought_say_where_providers_are_named()
    {
        Assert.False(TryLoad(Settings("", "sm9", "rot13"), out _, out var errors));

        Assert.Contains(errors, static e => e.Path == "actorp2p.identity.curve" && e.Message.Contains("suites.providers", StringComparison.Ordinal));
        Assert.Contains(errors, static e => e.Path == "actorp2p.encryption.suites" && e.Message.Contains("suites.providers", StringComparison.Ordinal));
    }

    private static string Name<T>() => $"{typeof(T).FullName}, {typeof(T).Assembly.GetName().Name}";

    private static P2PSettings Settings(string providers, string curve = "p256", string suite = "aes-128-gcm")
    {
        var list = providers.Length == 0 ? "" : $"\"{providers}\"";
        var result = SettingsReader.Read(
            $"actorp2p {{ network.id = n\n network.listen = []\n tls.enabled = off\n suites.providers = [{list}]\n identity.curve = {curve}\n encryption.suites = [{suite}] }}");
        Assert.Empty(result.Errors);
        return result.Settings!;
    }

    private bool TryLoad(P2PSettings settings, out NodeFiles? files, out IReadOnlyList<SettingsError> errors) =>
        NodeFiles.TryLoad(settings, _directory, Now, static _ => null, out files, out errors);
}

/// <summary>A user's own algorithms: here P-256 and AES under other names, which is all that the test needs.</summary>
public sealed class OwnAlgorithms : ISuiteProvider
{
    public static IdentityCurve Curve { get; } = new RenamedCurve("own-curve");

    private static readonly AeadSuite Suite = new RenamedSuite("own-aead");

    public IReadOnlyList<IdentityCurve> Curves => [Curve];

    public IReadOnlyList<AeadSuite> Suites => [Suite];
}

public sealed class CountedProvider : ISuiteProvider
{
    public CountedProvider() => Created++;

    public static int Created { get; private set; }

    public IReadOnlyList<IdentityCurve> Curves => [];

    public IReadOnlyList<AeadSuite> Suites => [];
}

public sealed class ThrowingProvider : ISuiteProvider
{
    public ThrowingProvider() => throw new InvalidOperationException("no luck\ntoday");

    public IReadOnlyList<IdentityCurve> Curves => [];

    public IReadOnlyList<AeadSuite> Suites => [];
}

public sealed class PrivateProvider : ISuiteProvider
{
    private PrivateProvider()
    {
    }

    public IReadOnlyList<IdentityCurve> Curves => [];

    public IReadOnlyList<AeadSuite> Suites => [];
}

public sealed class NameTaker : ISuiteProvider
{
    public IReadOnlyList<IdentityCurve> Curves => [new RenamedCurve("p256")];

    public IReadOnlyList<AeadSuite> Suites => [];
}

public sealed class NamelessCurve : ISuiteProvider
{
    public IReadOnlyList<IdentityCurve> Curves => [new RenamedCurve("two words")];

    public IReadOnlyList<AeadSuite> Suites => [];
}

internal sealed class RenamedSuite(string name) : AeadSuite
{
    public override string Name => name;

    public override int KeyLengthBytes => Aes.KeyLengthBytes;

    public override SuiteHash Hash => Aes.Hash;

    public override bool IsSupported => true;

    private static AeadSuite Aes => AeadSuites.Aes256Gcm;

    public override IAeadCipher CreateCipher(ReadOnlySpan<byte> key) => Aes.CreateCipher(key);
}

internal sealed class RenamedCurve(string name) : IdentityCurve
{
    private static readonly IdentityCurve Real = IdentityCurves.P256;

    public override string Name => name;

    public override string CertificateSignatureOid => Real.CertificateSignatureOid;

    public override bool Verify(NodeId signer, SignatureContext context, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        Real.Verify(signer, context, data, signature);

    public override IEphemeralKey GenerateEphemeral(IRandomSource random) => Real.GenerateEphemeral(random);

    public override INodeKey GenerateKey(IRandomSource random) => new Key(this, Real.GenerateKey(random));

    public override bool TryImportKey(string pem, string? password, [NotNullWhen(true)] out INodeKey? key, out string reason)
    {
        key = Real.TryImportKey(pem, password, out var real, out reason) ? new Key(this, real) : null;
        return key is not null;
    }

    public override bool TryGetNodeId(X509Certificate2 certificate, [NotNullWhen(true)] out NodeId? id) => Real.TryGetNodeId(certificate, out id);

    public override bool IsValidPoint(NodeId id) => Real.IsValidPoint(id);

    private sealed class Key(IdentityCurve curve, INodeKey real) : INodeKey
    {
        public NodeId Id => real.Id;

        public IdentityCurve Curve => curve;

        public void Sign(SignatureContext context, ReadOnlySpan<byte> data, Span<byte> signature) => real.Sign(context, data, signature);

        public void Dispose() => real.Dispose();
    }
}
