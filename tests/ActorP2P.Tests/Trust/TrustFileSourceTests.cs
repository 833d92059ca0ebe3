using System.Threading.Channels;
using ActorP2P.Hocon;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Trust;

/// <summary>From files on disk to what a reload is offered.</summary>
public sealed class TrustFileSourceTests : IDisposable
{
    private static readonly NodeId Someone = TestConsortium.Ours.Issue("someone").Id;

    private readonly string _directory = Directory.CreateTempSubdirectory("actorp2p-trust-").FullName;
    private readonly Channel<TrustFiles> _read = Channel.CreateUnbounded<TrustFiles>();
    private readonly IssuedNode _node = TestConsortium.Ours.Issue("node");
    private string _hocon = "";

    public TrustFileSourceTests()
    {
        Write("node.key", _node.KeyPem);
        Write("node.crt", _node.ChainPem);
        Write("ca.crt", _node.CaPem);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_changed_file_is_read_without_a_command_and_a_half_written_one_again_when_it_is_whole()
    {
        using var source = Start();
        var renewed = TestConsortium.Ours.Renew(_node, Validity.FromNow(DateTimeOffset.UtcNow, 60)).ChainPem;
        Write("node.crt", renewed[..300]);
        await UntilAsync(static files => files.Errors.Any(static e => e.Path == "actorp2p.identity.certificate-file"));
        Write("node.crt", renewed);
        await UntilAsync(files => files.Errors.Count == 0 && files.Certificate == renewed);
    }

    [Fact]
    public async Task Lists_come_from_files_with_one_ID_a_line()
    {
        Write("denied", $"# left the consortium\n\n{Someone}   # in May\n");
        Write("members", Someone.ToString().ToUpperInvariant());
        _hocon = "identity.deny-file = denied\nnamespaces.chain.members-file = members";
        using var source = Start();
        source.RequestRead();
        var files = await UntilAsync(static files => files.Errors.Count == 0);
        Assert.Equal(Someone.ToString(), Assert.Single(files.DenyIds));
        Assert.Single(files.MemberIds["chain"]);

        Assert.True(TrustRotation.TryStart(files, DateTimeOffset.UtcNow, out var rotation, out var errors), string.Join("; ", errors));
        Assert.True(rotation.State.MayJoin("chain", Someone));
        Assert.Contains(Someone, rotation.State.Validator.Lists.Denied);
    }

    [Theory]
    [InlineData("identity.deny-file", "0123", "line 1 is not a node ID")]
    [InlineData("identity.allow-file", "# nobody\n", "names nobody")]
    [InlineData("namespaces.chain.members-file", "x", "line 1 is not a node ID")]
    public async Task A_list_that_cannot_be_read_is_named_by_its_setting(string setting, string text, string detail)
    {
        Write("list", text);
        _hocon = setting + " = list";
        using var source = Start();
        source.RequestRead();
        var error = Assert.Single((await UntilAsync(static files => files.Errors.Count > 0)).Errors);
        Assert.Equal("actorp2p." + setting, error.Path);
        Assert.Contains(detail, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_file_that_changes_is_read_again_and_an_invalid_one_is_its_errors()
    {
        var config = Write("node.conf", "1");
        using var source = Start(config);
        _hocon = $"identity.deny-node-ids = [\"{Someone}\"]";
        Write("node.conf", "22");
        await UntilAsync(static files => files.Settings.Identity.DenyNodeIds.Count == 1);
        _hocon = "identity.deny-node-ids = [\"nobody\"]";
        Write("node.conf", "333");
        await UntilAsync(static files => files.Errors.Any(static e => e.Path.StartsWith("actorp2p.identity.deny-node-ids", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_file_that_the_configuration_includes_is_watched_with_it_also_when_it_is_included_later()
    {
        string Listed(IssuedNode node) => $"actorp2p.identity.deny-node-ids = [\"{node.Id}\"]";
        Write("first.conf", "");
        var config = Write("node.conf", "actorp2p { network.id = test, rotation { debounce = 10ms, poll-interval = 100ms } }\ninclude \"first.conf\"\n");
        var read = SettingsReader.ReadFile(config);
        using var source = new TrustFileSource(read.Settings!, () => SettingsReader.ReadFile(config), config, _directory, static _ => null, TimeProvider.System);
        source.Start(files => _read.Writer.TryWrite(files));
        Write("first.conf", Listed(_node));
        await UntilAsync(files => files.Settings.Identity.DenyNodeIds.SequenceEqual([_node.Id.ToString()]));

        Write("second.conf", "");
        Write("first.conf", "include \"second.conf\"");
        await UntilAsync(static files => files.Settings.Identity.DenyNodeIds.Count == 0);
        var other = TestConsortium.Ours.Issue("other");
        Write("second.conf", Listed(other));
        await UntilAsync(files => files.Settings.Identity.DenyNodeIds.SequenceEqual([other.Id.ToString()]));
    }

    private TrustFileSource Start(string? config = null)
    {
        var source = new TrustFileSource(Settings().Settings!, Settings, config, _directory, static _ => null, TimeProvider.System);
        source.Start(files => _read.Writer.TryWrite(files));
        return source;
    }

    private SettingsResult Settings() => SettingsReader.Read(ConfigurationFactory.ParseString(
        $"actorp2p {{\nnetwork.id = test\nrotation {{ debounce = 10ms, poll-interval = 100ms }}\n{_hocon}\n}}"));

    private async Task<TrustFiles> UntilAsync(Func<TrustFiles, bool> condition)
    {
        using var limit = new CancellationTokenSource(Eventually.Limit);
        while (true)
        {
            var files = await _read.Reader.ReadAsync(limit.Token);
            if (condition(files))
            {
                return files;
            }
        }
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
