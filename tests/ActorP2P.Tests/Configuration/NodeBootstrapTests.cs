using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Settings;
using ActorP2P.Transport;

namespace ActorP2P.Tests.Configuration;

/// <summary>From files to a node's environment, and what stops it.</summary>
public sealed class NodeBootstrapTests : IDisposable
{
    private const string Password = "correct horse";

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly string _directory = Directory.CreateTempSubdirectory("actorp2p-bootstrap-").FullName;
    private readonly CertificateIssuer _root = CertificateIssuer.CreateRoot(IdentityCurves.P256, "root", Validity.FromNow(Now, 10), SystemRandomSource.Instance);
    private readonly IssuedNode _node;

    public NodeBootstrapTests()
    {
        _node = Issue(Validity.FromNow(Now, 9));
        Write("node.key", _node.KeyPem);
        Write("node.crt", _node.ChainPem);
        Write("ca.crt", _node.CaPem);
    }

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Good_files_give_an_environment_with_the_nodes_own_identity()
    {
        var result = NodeBootstrap.Create(Settings(), _directory, TimeProvider.System);
        Assert.True(result.IsReady);
        Assert.Equal(_node.Id, result.Environment.Identity.Id);
        Assert.True(File.Exists(Path.Combine(_directory, "data", FileEpochStore.FileName)));
        await EndAsync(result);
    }

    [Fact]
    public async Task Each_start_has_a_higher_epoch()
    {
        var first = NodeBootstrap.Create(Settings(), _directory, TimeProvider.System);
        var second = NodeBootstrap.Create(Settings(), _directory, TimeProvider.System);
        Assert.True(second.Environment!.Epoch > first.Environment!.Epoch);
        await EndAsync(first);
        await EndAsync(second);
    }

    [Fact]
    public void A_start_that_fails_uses_up_no_epoch()
    {
        Write("node.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        Assert.Equal("actorp2p.identity.key-file", Assert.Single(ErrorsOf(Settings())).Path);
        Assert.False(Directory.Exists(Path.Combine(_directory, "data")));
    }

    [Fact]
    public void A_damaged_epoch_file_stops_the_node_and_stays_as_it_is()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "data"));
        var file = Path.Combine(_directory, "data", FileEpochStore.FileName);
        File.WriteAllText(file, "garbage");
        Assert.Equal("actorp2p.network.data-directory", Assert.Single(ErrorsOf(Settings())).Path);
        Assert.Equal("garbage", File.ReadAllText(file));
    }

    [Fact]
    public void A_data_directory_that_is_a_file_stops_the_node()
    {
        Write("data", "not a directory");
        Assert.Equal("actorp2p.network.data-directory", Assert.Single(ErrorsOf(Settings())).Path);
    }

    [Fact]
    public void An_ended_certificate_is_named()
    {
        Write("node.crt", Issue(new Validity(Now.AddDays(-3), Now.AddDays(-1))).ChainPem);
        Assert.Contains(ErrorsOf(Settings()), static e => e.Path == "actorp2p.identity.certificate-file");
    }

    [Fact]
    public void Every_revocation_list_that_cannot_be_used_is_named()
    {
        Write("half.crl", "-----BEGIN X509 CRL-----\nMIIB");
        Write("no.crl", _node.CaPem);
        var settings = Settings() with { Crl = Settings().Crl with { Files = ["half.crl", "no.crl", "absent.crl"] } };
        Assert.Equal(["actorp2p.crl.files.0", "actorp2p.crl.files.2"], ErrorsOf(settings).Select(static e => e.Path));
        Assert.Equal("actorp2p.crl.files.0", Assert.Single(ErrorsOf(settings with { Crl = settings.Crl with { Files = ["no.crl"] } })).Path);
        Write("long.crl", new string('x', 5000));
        Assert.Contains("longer than", Assert.Single(ErrorsOf(settings with { Crl = settings.Crl with { Files = ["long.crl"], MaxFileBytes = 4096 } })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(730, "ended")]
    [InlineData(-730, "begins")]
    public void A_clock_two_years_off_does_not_start_a_node(int days, string detail)
    {
        Assert.False(NodeFiles.TryLoad(Settings(), _directory, Now.AddDays(days), static _ => null, out _, out var errors));
        Assert.All(errors, static e => Assert.Equal("actorp2p.identity.certificate-file", e.Path));
        Assert.Contains(errors, e => e.Message.Contains(detail, StringComparison.Ordinal));
    }

    [Fact]
    public void A_certificate_that_ends_soon_is_a_warning()
    {
        Assert.True(TryLoad(Settings(), static _ => null, out var files, out _));
        Assert.Contains(files!.Warnings, static w => w.Contains("the certificate ends on", StringComparison.Ordinal));
        files.Dispose();
    }

    [Fact]
    public void An_encrypted_key_takes_its_password_from_the_environment_and_from_nowhere_else()
    {
        Write("node.key", Encrypted(_node.KeyPem));
        Assert.True(TryLoad(Settings(), static name => name == "ACTORP2P_KEY_PASSWORD" ? Password : null, out var files, out _));
        files!.Dispose();

        Assert.False(TryLoad(Settings(), static _ => null, out _, out var missing));
        Assert.Equal("actorp2p.identity.key-password-environment-variable", Assert.Single(missing).Path);

        Assert.False(TryLoad(Settings(), static _ => "battery staple", out _, out var wrong));
        var error = Assert.Single(wrong);
        Assert.Equal("actorp2p.identity.key-file", error.Path);
        Assert.DoesNotContain("battery", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_layers_off_is_a_warning_at_every_start()
    {
        Assert.True(TryLoad(Settings("network.insecure = on, tls.enabled = off, encryption.enabled = off"), static _ => null, out var files, out _));
        Assert.Contains(files!.Warnings, static w => w.Contains("both off", StringComparison.Ordinal));
        Assert.Null(files.Tls);
        files.Dispose();
    }

    [Fact]
    public void TLS_files_apart_that_their_own_CA_refuses_are_named_by_their_own_paths()
    {
        using var other = CertificateIssuer.CreateRoot(IdentityCurves.P256, "other", Validity.FromNow(Now, 10), SystemRandomSource.Instance);
        var tls = Issue(Validity.FromNow(Now, 9));
        Write("tls.key", tls.KeyPem);
        Write("tls.crt", tls.ChainPem);
        Write("tls-ca.crt", other.CertificatePem);
        var error = Assert.Single(ErrorsOf(Settings("tls { key-file = tls.key, certificate-file = tls.crt, ca-file = tls-ca.crt }")));
        Assert.Equal("actorp2p.tls.certificate-file", error.Path);
    }

    [Fact]
    public void A_wrong_password_of_the_TLS_key_is_named_at_that_key()
    {
        var tls = Issue(Validity.FromNow(Now, 9));
        Write("tls.key", Encrypted(tls.KeyPem));
        Write("tls.crt", tls.ChainPem);
        var settings = Settings("identity.key-password-environment-variable = PASSWORD, tls { key-file = tls.key, certificate-file = tls.crt }");
        Assert.False(TryLoad(settings, static _ => "battery staple", out _, out var errors));
        Assert.All(errors, static error => Assert.Equal("actorp2p.tls.key-file", error.Path));
        Assert.NotEmpty(errors);
    }

    [Fact]
    public async Task A_revocation_list_that_is_taken_back_while_the_node_is_down_does_not_start_it()
    {
        var first = List(null);
        var second = List(first);
        Write("ca.crl", second);
        await EndAsync(NodeBootstrap.Create(WithList, _directory, TimeProvider.System));
        Write("ca.crl", first);

        var error = Assert.Single(ErrorsOf(WithList));
        Assert.Equal("actorp2p.crl.files.0", error.Path);
        Assert.Contains("older than list 2", error.Message, StringComparison.Ordinal);
        Write("ca.crl", List(second));
        await EndAsync(NodeBootstrap.Create(WithList, _directory, TimeProvider.System));
    }

    [Fact]
    public void Numbers_of_revocation_lists_that_are_damaged_or_cannot_be_saved_do_not_start_a_node()
    {
        Write("ca.crl", List(null));
        var numbers = Directory.CreateDirectory(Path.Combine(_directory, "data")).FullName + "/" + FileRevocationNumbers.FileName;
        File.WriteAllText(numbers, "damaged");
        var damaged = Assert.Single(ErrorsOf(WithList));
        Assert.Equal("actorp2p.network.data-directory", damaged.Path);
        Assert.Contains("is damaged", damaged.Message, StringComparison.Ordinal);

        File.Delete(numbers);
        Directory.CreateDirectory(numbers + ".tmp");
        Assert.Contains("cannot be saved", Assert.Single(ErrorsOf(WithList)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_that_a_reload_brings_are_kept_for_the_next_start()
    {
        var first = List(null);
        Write("ca.crl", first);
        var started = NodeBootstrap.Create(WithList, _directory, TimeProvider.System);
        var saved = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var higher = started.Environment!.Trust.Validator.Revocation.Numbers.ToDictionary(static pair => pair.Key, static pair => pair.Value + 1);
        started.Environment.TrustSource!.KeepNumbers(higher, saved.SetResult);
        Assert.Null(await saved.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        await EndAsync(started);
        Assert.Contains("older than list 2", Assert.Single(ErrorsOf(WithList)).Message, StringComparison.Ordinal);
    }

    private static P2PSettings WithList => Settings("crl.files = [\"ca.crl\"]");

    private string List(string? current)
    {
        Assert.True(RevocationListIssuer.TryIssue(_root, current, [], Now, Now.AddDays(5), out var list, out var reason), reason);
        return list.Pem;
    }

    private IssuedNode Issue(Validity validity) => _root.IssueNode(new NodeCertificateRequest("node", [], validity), SystemRandomSource.Instance);

    private static P2PSettings Settings(string more = "")
    {
        var result = SettingsReader.Read($"actorp2p {{ network.id = n\n network.listen = []\n {more} }}");
        Assert.Empty(result.Errors);
        return result.Settings!;
    }

    private IReadOnlyList<SettingsError> ErrorsOf(P2PSettings settings)
    {
        var result = NodeBootstrap.Create(settings, _directory, TimeProvider.System);
        Assert.False(result.IsReady);
        return result.Errors;
    }

    private bool TryLoad(P2PSettings settings, Func<string, string?> environment, out NodeFiles? files, out IReadOnlyList<SettingsError> errors) =>
        NodeFiles.TryLoad(settings, _directory, Now, environment, out files, out errors);

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_directory, file), text);

    private static string Encrypted(string keyPem)
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        key.ImportFromPem(keyPem);
        return key.ExportEncryptedPkcs8PrivateKeyPem(
            Password,
            new System.Security.Cryptography.PbeParameters(System.Security.Cryptography.PbeEncryptionAlgorithm.Aes256Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 1000));
    }

    private static async Task EndAsync(BootstrapResult result)
    {
        await result.Environment!.Port.DisposeAsync();
        (result.Environment.TrustSource as IDisposable)?.Dispose();
        result.Environment.Identity.Dispose();
    }
}
