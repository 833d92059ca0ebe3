using ActorP2P.Hocon;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Tests.Configuration;

/// <summary>What a person gets who writes a configuration, right or wrong.</summary>
public sealed class SettingsReaderTests
{
    private static readonly string SomeNodeId = string.Concat(Enumerable.Repeat("0aF1", 32));

    [Fact]
    public void Three_mistakes_are_reported_together_by_path_and_place()
    {
        var result = SettingsReader.Read(Parse("""
            actorp2p {
              network.id = net
              liveness.beat-interval = soon
              channel.chunk-bytes = 1 MiB
              link.max-frame-byte = 64 KiB
            }
            """));
        Assert.False(result.IsValid);
        Assert.Equal(
            ["actorp2p.channel.chunk-bytes", "actorp2p.link.max-frame-byte", "actorp2p.liveness.beat-interval"],
            result.Errors.Select(static e => e.Path).Order(StringComparer.Ordinal));
        Assert.Equal([3, 4, 5], result.Errors.Select(static e => e.Origin!.Value.Line).Order());
    }

    [Theory]
    [InlineData("link.max-frame-byte = 1", "actorp2p.link.max-frame-bytes")]
    [InlineData("link.max_write_bytes = 1", "actorp2p.link.max-write-bytes")]
    [InlineData("livenes.beat-interval = 1s", "actorp2p.liveness")]
    [InlineData("max-frame-bytes = 64 KiB", "actorp2p.link.max-frame-bytes")]
    [InlineData("namespaces.consensus.topic = []", "actorp2p.namespaces.consensus.topics")]
    public void An_unknown_key_names_the_nearest_known_one(string line, string nearest)
    {
        var error = Assert.Single(ErrorsOf(line));
        Assert.EndsWith($"did you mean {nearest}?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_key_that_is_near_nothing_gets_no_suggestion()
    {
        var error = Assert.Single(ErrorsOf("""link.colour-of-the-cable = blue"""));
        Assert.Equal("actorp2p.link.colour-of-the-cable", error.Path);
        Assert.DoesNotContain("did you mean", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tls.enabled = maybe", "actorp2p.tls.enabled")]
    [InlineData("tls = on", "actorp2p.tls")]
    [InlineData("link.max-namespaces = 0", "actorp2p.link.max-namespaces")]
    [InlineData("link.max-namespaces = 2.5", "actorp2p.link.max-namespaces")]
    [InlineData("link.max-namespaces = null", "actorp2p.link.max-namespaces")]
    [InlineData("link.max-frame-bytes = 3 parsecs", "actorp2p.link.max-frame-bytes")]
    [InlineData("link.max-frame-bytes = 99999999999999999999", "actorp2p.link.max-frame-bytes")]
    [InlineData("link.lane-weights = [1, 2, 3]", "actorp2p.link.lane-weights")]
    [InlineData("link.lane-weights = [1, 2, 3, 0]", "actorp2p.link.lane-weights")]
    [InlineData("link.lane-weights = [1, 2, 3, 4, 5]", "actorp2p.link.lane-weights")]
    [InlineData("liveness.phi-threshold = NaN", "actorp2p.liveness.phi-threshold")]
    [InlineData("liveness.beat-interval = infinite", "actorp2p.liveness.beat-interval")]
    [InlineData("network.listen = [\"nowhere\"]", "actorp2p.network.listen.0")]
    [InlineData("network.listen = [\"h:1\", \"::1:7\"]", "actorp2p.network.listen.1")]
    [InlineData("network.peers = [\"h:0\"]", "actorp2p.network.peers.0")]
    [InlineData("network.peers = [\"h:65536\"]", "actorp2p.network.peers.0")]
    [InlineData("network.peers = [[1]]", "actorp2p.network.peers.0")]
    [InlineData("network.peers = [{ address = \"h:1\", node-id = beef }]", "actorp2p.network.peers.0.node-id")]
    [InlineData("network.peers = [{ address = \"h:1\", nodeid = null }]", "actorp2p.network.peers.0.nodeid")]
    [InlineData("identity.allow-node-ids = [xyz]", "actorp2p.identity.allow-node-ids.0")]
    [InlineData("namespaces.x.protocols = [{ id = p, min-version = 2, max-version = 1 }]", "actorp2p.namespaces.x.protocols.0.min-version")]
    [InlineData("namespaces.x = 5", "actorp2p.namespaces.x")]
    [InlineData("network.id = \"\"", "actorp2p.network.id")]
    public void A_bad_value_is_reported_once_at_its_path(string line, string path) =>
        Assert.Equal(path, Assert.Single(ErrorsOf(line)).Path);

    [Theory]
    [InlineData("tls.enabled = off, encryption.enabled = off", "actorp2p.network.insecure")]
    [InlineData("encryption.suites = []", "actorp2p.encryption.suites")]
    [InlineData("tls.key-file = tls.key", "actorp2p.tls.key-file")]
    [InlineData("identity.curve = secp256k1", "actorp2p.tls.certificate-file")]
    [InlineData("link.max-frame-bytes = 32 KiB, channel.chunk-bytes = 16 KiB", "actorp2p.channel.max-record-bytes")]
    [InlineData("link.max-write-bytes = 8 KiB", "actorp2p.link.max-frame-bytes")]
    [InlineData("channel.max-record-bytes = 16 KiB", "actorp2p.channel.chunk-bytes")]
    [InlineData("channel.queue-bytes = 1 MiB", "actorp2p.channel.max-message-bytes")]
    [InlineData("channel.reassembly-share-bytes = 1 MiB", "actorp2p.channel.max-message-bytes")]
    [InlineData("channel.reassembly-budget-bytes = 60 MiB", "actorp2p.channel.reassembly-share-bytes")]
    [InlineData("admission.handshake-max-bytes = 8 KiB", "actorp2p.identity.max-chain-bytes")]
    [InlineData("reconnect.min-delay = 6s", "actorp2p.reconnect.min-delay")]
    [InlineData("liveness.acceptable-pause = 500ms", "actorp2p.liveness.acceptable-pause")]
    [InlineData("state-sync.expire-after = 90m", "actorp2p.state-sync.expire-after")]
    [InlineData("state-sync.max-link-state-bytes = 65 KiB", "actorp2p.state-sync.max-link-state-bytes")]
    [InlineData("state-sync.max-interests-bytes = 65 KiB", "actorp2p.state-sync.max-interests-bytes")]
    [InlineData("state-sync.max-status-bytes = 65 KiB", "actorp2p.state-sync.max-status-bytes")]
    [InlineData("state-sync.max-status-bytes = 2 KiB", "actorp2p.state-sync.max-status-value-bytes")]
    [InlineData("state-sync.reply-burst-bytes = 1 KiB", "actorp2p.state-sync.max-answer-bytes")]
    [InlineData("dissemination.dedup-window = 1024", "actorp2p.dissemination.dedup-window")]
    [InlineData("dissemination.dedup-window = 65537", "actorp2p.dissemination.dedup-window")]
    [InlineData("dissemination.retention-bytes = 1 MiB", "actorp2p.dissemination.retention-bytes")]
    [InlineData("link.max-namespaces = 3", "actorp2p.namespace-defaults.max-namespaces")]
    public void A_broken_relation_is_reported_at_one_of_its_keys(string line, string path) =>
        Assert.Equal(path, Assert.Single(ErrorsOf(line)).Path);

    [Fact]
    public void A_relation_is_not_reported_when_one_of_its_keys_is_wrong_by_itself() =>
        Assert.Equal(["actorp2p.tls.enabled"], ErrorsOf("tls.enabled = perhaps, encryption.enabled = off").Select(static e => e.Path));

    [Fact]
    public void Both_layers_off_is_possible_for_those_who_say_so() =>
        Assert.True(SettingsReader.Read("actorp2p { network { id = n, insecure = on }, tls.enabled = off, encryption.enabled = off }").IsValid);

    [Fact]
    public void A_node_both_allowed_and_denied_is_an_error() =>
        Assert.Equal(
            "actorp2p.identity.allow-node-ids",
            Assert.Single(ErrorsOf($"identity {{ allow-node-ids = [{SomeNodeId}], deny-node-ids = [{SomeNodeId.ToLowerInvariant()}] }}")).Path);

    [Fact]
    public void Peers_stand_as_addresses_or_with_a_node_id()
    {
        var settings = Valid($"network.peers = [\"a.example:1\", {{ address = \"[::1]:2\", node-id = {SomeNodeId} }}]");
        Assert.Equal(
            [new PeerAddress("a.example:1", null), new PeerAddress("[::1]:2", SomeNodeId.ToLowerInvariant())],
            settings.Network.Peers);
    }

    [Fact]
    public void Namespaces_stand_by_name_with_topics_and_protocols()
    {
        var settings = Valid("namespaces { a { topics = [t, u] }, \"b.c\" { protocols = [{ id = pbft, min-version = 1, max-version = 3 }] }, d {} }");
        Assert.Equal(["a", "b.c", "d"], settings.Namespaces.Select(static n => n.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["t", "u"], settings.Namespaces.Single(static n => n.Name == "a").Topics);
        Assert.Equal([new ProtocolRange("pbft", 1, 3)], settings.Namespaces.Single(static n => n.Name == "b.c").Protocols);
    }

    [Fact]
    public void Too_many_topics_for_the_limit_are_reported_before_anything_starts() =>
        Assert.Equal("actorp2p.dissemination.max-topics", Assert.Single(ErrorsOf("dissemination.max-topics = 1, namespaces.a.topics = [t, u]")).Path);

    [Fact]
    public void Other_sections_of_the_file_are_left_alone() =>
        Assert.True(SettingsReader.Read("akka { loglevel = DEBUG }, actorp2p.network.id = n").IsValid);

    [Fact]
    public void A_substitution_may_refer_to_a_default() =>
        Assert.Equal(
            TimeSpan.FromSeconds(1.5),
            Valid("state-sync.push-debounce = ${actorp2p.liveness.beat-interval}").StateSync.PushDebounce);

    [Fact]
    public void A_substitution_without_a_value_is_an_error_and_no_exception() =>
        Assert.NotEmpty(ErrorsOf("network.data-directory = ${no.such.path}"));

    [Fact]
    public void A_file_that_is_no_HOCON_gives_its_line()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.conf");
        File.WriteAllText(path, "actorp2p {\n  network {\n");
        try
        {
            var result = SettingsReader.ReadFile(path);
            Assert.False(result.IsValid);
            Assert.NotNull(Assert.Single(result.Errors).Origin);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_file_that_is_missing_is_an_error_and_no_exception() =>
        Assert.Single(SettingsReader.ReadFile(Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.conf")).Errors);

    [Fact]
    public void Every_worked_example_is_valid()
    {
        var examples = Directory.GetFiles(HoconDirectory(), "*.conf", SearchOption.AllDirectories)
            .Where(static f => Path.GetFileName(f) is not ("reference.conf" or "network.conf"))
            // Those of Akka.Remote have no section of ours: they name a node's file.
            .Where(static f => Path.GetFileName(Path.GetDirectoryName(f)) != "akka")
            .ToList();
        Assert.True(examples.Count >= 7);
        Assert.All(examples, static file => Assert.Empty(SettingsReader.ReadFile(file).Errors));
    }

    [Theory]
    [InlineData("chunk-bytes", "chunk-byte", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("same", "same", 0)]
    public void Distance_between_keys_counts_edits(string from, string to, int distance) =>
        Assert.Equal(distance, NearestKey.EditDistance(from, to));

    private static Config Parse(string text) => ConfigurationFactory.ParseString(text, "node.conf");

    private static IReadOnlyList<SettingsError> ErrorsOf(string line) =>
        SettingsReader.Read(Parse($"actorp2p {{ network.id = n\n {line} }}")).Errors;

    private static P2PSettings Valid(string line)
    {
        var result = SettingsReader.Read(Parse($"actorp2p {{ network.id = n\n {line} }}"));
        Assert.Empty(result.Errors);
        return result.Settings!;
    }

    private static string HoconDirectory()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "ActorP2P.sln")))
        {
            directory = directory.Parent;
        }

        return Path.Combine(directory!.FullName, "hocon");
    }
}
