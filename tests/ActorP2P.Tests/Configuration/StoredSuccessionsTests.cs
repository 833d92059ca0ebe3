using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Succession;
using ActorP2P.Tests.Network;
using ActorP2P.Transport;

namespace ActorP2P.Tests.Configuration;

/// <summary>What a start makes of the statements about former keys that it finds in the data directory.</summary>
public sealed class StoredSuccessionsTests : IDisposable
{
    private const string Ours = "n";

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly string _directory = Directory.CreateTempSubdirectory("actorp2p-stored-").FullName;
    private readonly IssuedNode _node = TestConsortium.Ours.Issue("node");
    private readonly IssuedNode _former = TestConsortium.Ours.Issue("former");
    private readonly IssuedNode _first = TestConsortium.Ours.Issue("first");

    public StoredSuccessionsTests()
    {
        File.WriteAllText(Path.Combine(_directory, "node.key"), _node.KeyPem);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(_directory, "node.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.WriteAllText(Path.Combine(_directory, "node.crt"), _node.ChainPem);
        File.WriteAllText(Path.Combine(_directory, "ca.crt"), _node.CaPem);
    }

    private string Data => Path.Combine(_directory, "data");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Those_that_lead_to_the_nodes_key_stand_again_whatever_their_order()
    {
        Store(Statement(_former, _node, Ours, minutesAgo: 5), Statement(_first, _former, Ours, minutesAgo: 10));
        var (successions, warnings) = await StartAsync();
        Assert.Empty(warnings);
        Assert.Equal([_former.Id, _first.Id], successions.PredecessorsOf(_node.Id, Now));
        Assert.Equal(_node.Id, successions.Resolve(_first.Id, Now));
    }

    [Fact]
    public async Task One_whose_time_is_over_is_left_out_without_a_word()
    {
        Store(Statement(_former, _node, Ours, minutesAgo: 90));
        var (successions, warnings) = await StartAsync();
        Assert.Empty(warnings);
        Assert.Equal(0, successions.Count);
    }

    [Theory]
    [InlineData("other network", "bad-signature")]
    [InlineData("other key", "does not lead to this node's key")]
    [InlineData("malformed", "malformed")]
    [InlineData("later", "not-yet")]
    [InlineData("denied", "not-trusted")]
    public async Task One_of_another_network_or_key_or_time_or_form_is_left_out_with_a_warning(string what, string why)
    {
        Store(what switch
        {
            "other network" => Statement(_former, _node, "m", minutesAgo: 5),
            "other key" => Statement(_first, _former, Ours, minutesAgo: 5),
            "later" => Statement(_former, _node, Ours, minutesAgo: -30),
            "denied" => Statement(_former, _node, Ours, minutesAgo: 5),
            _ => new byte[SuccessionStatement.LengthBytes],
        });
        var (successions, warnings) = await StartAsync(what == "denied" ? $"identity.deny-node-ids = [\"{_former.Id}\"]" : "");
        Assert.Contains(why, Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal(0, successions.Count);
    }

    [Fact]
    public void A_statement_that_went_with_its_nodes_trust_does_not_come_back_from_whom_did_not_hear_of_that()
    {
        Assert.True(SuccessionStatement.TryDecode(Statement(_former, _node, Ours, minutesAgo: 5), out var statement));
        var successions = new NodeSuccessions(Settings());
        SuccessionVerdict Offer(params NodeId[] denied) =>
            successions.Offer(statement, IdentityCurves.P256, isProven: true, Now, denied.ToHashSet());

        Assert.Equal(SuccessionVerdict.NotTrusted, Offer(_former.Id));
        Assert.Equal(SuccessionVerdict.NotTrusted, Offer(_node.Id));
        Assert.Equal(SuccessionVerdict.InForce, Offer());
        Assert.Empty(successions.Judge(node => node == _former.Id));
        Assert.Equal(_former.Id, successions.Resolve(_former.Id, Now));
        Assert.Equal(SuccessionVerdict.NotTrusted, Offer());
        Assert.Empty(successions.Judge(static _ => false));
        Assert.Equal(SuccessionVerdict.InForce, Offer());
    }

    [Fact]
    public void A_damaged_file_does_not_start_a_node_and_uses_up_no_epoch()
    {
        Directory.CreateDirectory(Data);
        File.WriteAllText(Path.Combine(Data, FileSuccessions.FileName), "damaged");
        var refused = NodeBootstrap.Create(Settings(), _directory, TimeProvider.System);
        Assert.False(refused.IsReady);
        var error = Assert.Single(refused.Errors);
        Assert.Equal("actorp2p.network.data-directory", error.Path);
        Assert.Contains("is damaged", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Data, FileEpochStore.FileName)));
    }

    [Fact]
    public async Task What_a_source_keeps_the_next_start_finds()
    {
        var started = NodeBootstrap.Create(Settings(), _directory, TimeProvider.System);
        var saved = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        started.Environment!.TrustSource!.KeepSuccessions([Statement(_former, _node, Ours, minutesAgo: 5)], saved.SetResult);
        Assert.Null(await saved.Task.WaitAsync(Eventually.Limit));
        await EndAsync(started);
        var (successions, _) = await StartAsync();
        Assert.Equal([_former.Id], successions.PredecessorsOf(_node.Id, Now));
    }

    private static ReadOnlyMemory<byte> Statement(IssuedNode predecessor, IssuedNode successor, string network, int minutesAgo)
    {
        using var before = Key(predecessor);
        using var after = Key(successor);
        var issued = Now.AddMinutes(-minutesAgo);
        return SuccessionStatement.Sign(network, before, after, new byte[32], epoch: 1, issued, issued.AddHours(1)).Encoded;
    }

    private static INodeKey Key(IssuedNode node)
    {
        Assert.True(IdentityCurves.P256.TryImportKey(node.KeyPem, null, out var key, out var reason), reason);
        return key;
    }

    private static P2PSettings Settings(string more = "") =>
        SettingsReader.Read($"actorp2p {{ network {{ id = {Ours}, listen = [] }}\n{more} }}").Settings!;

    private static async Task EndAsync(BootstrapResult result)
    {
        await result.Environment!.Port.DisposeAsync();
        (result.Environment.TrustSource as IDisposable)?.Dispose();
        result.Environment.Trust.Dispose();
    }

    private void Store(params ReadOnlyMemory<byte>[] statements) => Assert.True(new FileSuccessions(Data).TrySave(statements, out var detail), detail);

    private async Task<(NodeSuccessions Successions, IReadOnlyList<string> Warnings)> StartAsync(string more = "")
    {
        var result = NodeBootstrap.Create(Settings(more), _directory, TimeProvider.System);
        Assert.True(result.IsReady, string.Join("; ", result.Errors));
        await EndAsync(result);
        return (result.Environment.Successions, [.. result.Warnings.Where(static warning => warning.Contains("stored", StringComparison.Ordinal))]);
    }
}
