using System.Globalization;
using System.Reflection;
using System.Text;
using ActorP2P.Hocon;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Tests.Configuration;

/// <summary>reference.conf, the settings records and the reader say the same.</summary>
public sealed class ReferenceConfTests
{
    private static readonly string Root = SettingsReader.SectionName;

    [Fact]
    public void Every_setting_of_the_records_is_a_key_of_reference_conf_and_every_key_is_a_setting()
    {
        var inRecords = SectionsOfRecords().SelectMany(static s => s.Keys.Select(k => $"{s.Section}.{k}")).Order(StringComparer.Ordinal);
        var inReference = SettingsReader.Defaults.Leaves(Root)
            .Select(static leaf => leaf.Key.ToString()[(Root.Length + 1)..])
            .Where(static key => key != "namespaces")
            .Order(StringComparer.Ordinal);
        Assert.Equal(inRecords, inReference);
    }

    [Fact]
    public void Every_key_of_reference_conf_is_read()
    {
        // A key that the reader did not ask for would be reported as unknown.
        var result = SettingsReader.Read(ConfigurationFactory.Empty);
        var error = Assert.Single(result.Errors);
        Assert.Equal("actorp2p.network.id", error.Path);
    }

    [Fact]
    public void Every_default_is_pinned()
    {
        var settings = SettingsReader.Read("actorp2p.network.id = n").Settings!;
        Assert.Equal(Pinned.ReplaceLineEndings("\n").Trim(), Describe(settings).Trim());
    }

    [Fact]
    public void Every_key_has_a_comment_above_it_or_above_its_group()
    {
        var lines = ReferenceLines();
        foreach (var leaf in SettingsReader.Defaults.Leaves(Root))
        {
            var line = leaf.Value.Origin.Line - 1;
            while (line > 0 && lines[line].Trim() is { Length: > 0 } text && !text.StartsWith('#'))
            {
                line--;
            }

            Assert.True(lines[line].TrimStart().StartsWith('#'), $"{leaf.Key} has no comment");
        }
    }

    private static string[] ReferenceLines()
    {
        using var stream = typeof(SettingsReader).Assembly.GetManifestResourceStream("ActorP2P.reference.conf")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n');
    }

    private static IEnumerable<(string Section, IEnumerable<string> Keys)> SectionsOfRecords() =>
        typeof(P2PSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static p => p.Name != nameof(P2PSettings.Namespaces))
            .Select(static p => (Kebab(p.Name), p.PropertyType.GetProperties().Select(static q => Kebab(q.Name))));

    private static string Kebab(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && text.Length > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }

    private static string Describe(P2PSettings settings)
    {
        var text = new StringBuilder();
        foreach (var section in typeof(P2PSettings).GetProperties().Where(static p => p.Name != nameof(P2PSettings.Namespaces)))
        {
            foreach (var property in section.PropertyType.GetProperties())
            {
                var value = property.GetValue(section.GetValue(settings));
                text.Append(CultureInfo.InvariantCulture, $"{Kebab(section.Name)}.{Kebab(property.Name)} = {Show(value)}\n");
            }
        }

        return text.Append(CultureInfo.InvariantCulture, $"namespaces = {settings.Namespaces.Count}").ToString();
    }

    private static string Show(object? value) => value switch
    {
        IEnumerable<string> texts => $"[{string.Join(", ", texts)}]",
        IEnumerable<int> numbers => $"[{string.Join(", ", numbers)}]",
        IEnumerable<PeerAddress> peers => $"[{string.Join(", ", peers)}]",
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        "" => "\"\"",
        _ => value?.ToString() ?? "null",
    };

    private const string Pinned = """
        network.id = n
        network.listen = [0.0.0.0:30300]
        network.advertise = []
        network.peers = []
        network.data-directory = data
        network.insecure = False
        identity.curve = p256
        identity.key-file = node.key
        identity.certificate-file = node.crt
        identity.ca-file = ca.crt
        identity.key-password-environment-variable = ACTORP2P_KEY_PASSWORD
        identity.allow-node-ids = []
        identity.deny-node-ids = []
        identity.max-chain-certificates = 5
        identity.max-chain-bytes = 16384
        identity.allow-file = ""
        identity.deny-file = ""
        crl.files = []
        crl.stale = Refuse
        crl.max-file-bytes = 4194304
        rotation.watch = True
        rotation.poll-interval = 00:00:05
        rotation.debounce = 00:00:00.2000000
        rotation.root-overlap = 01:00:00
        rotation.expiry-warning-days = [30, 7, 1]
        succession.overlap = 01:00:00
        succession.handover-timeout = 00:00:30
        succession.max-tracked = 256
        tls.enabled = True
        tls.key-file = ""
        tls.certificate-file = ""
        tls.ca-file = ""
        tls.handshake-timeout = 00:00:05
        suites.providers = []
        encryption.enabled = True
        encryption.suites = [aes-128-gcm, aes-256-gcm, chacha20-poly1305]
        rekey.max-records-per-key = 16777216
        rekey.after-records = 1048576
        rekey.after-bytes = 1073741824
        rekey.after = 00:10:00
        rekey.min-interval = 00:00:01
        rekey.timeout = 00:02:00
        admission.handshake-timeout = 00:00:05
        admission.handshake-max-bytes = 24576
        admission.max-half-open = 256
        admission.rate-per-second = 20
        admission.burst = 5
        admission.member-rate-per-second = 50
        admission.member-burst = 100
        admission.cpu-share = 0.1
        admission.member-cpu-share = 0.1
        admission.accept-cpu-share = 0.05
        admission.max-tracked-addresses = 16384
        admission.max-links = 1024
        reconnect.min-delay = 00:00:00.2000000
        reconnect.max-delay = 00:00:05
        reconnect.multiplier = 3
        reconnect.stable-after = 00:00:30
        reconnect.max-concurrent-dials = 16
        reconnect.dials-per-second = 8
        reconnect.dial-timeout = 00:00:05
        reconnect.address-stagger = 00:00:00.2500000
        discovery.mode = Static
        discovery.target-links = 50
        discovery.max-members = 256
        discovery.max-addresses = 4
        discovery.max-delay = 00:00:30
        discovery.names = False
        discovery.allow = []
        liveness.beat-interval = 00:00:01.5000000
        liveness.phi-threshold = 8
        liveness.acceptable-pause = 00:00:03
        liveness.min-std-deviation = 00:00:00.1000000
        liveness.sample-size = 200
        liveness.rtt-probe-interval = 00:00:15
        liveness.duplicate-probe-timeout = 00:00:02
        link.max-frame-bytes = 73728
        link.max-write-bytes = 262144
        link.lane-queue-bytes = 1048576
        link.unbound-session-bytes = 4194304
        link.max-namespaces = 64
        link.lane-weights = [10, 5, 5, 1]
        link.drain-timeout = 00:00:02
        channel.max-message-bytes = 33554432
        channel.chunk-bytes = 72704
        channel.max-record-bytes = 72704
        channel.window-bytes = 4194304
        channel.queue-bytes = 67108864
        channel.max-pending-requests = 16384
        channel.reassembly-budget-bytes = 268435456
        channel.reassembly-share-bytes = 67108864
        channel.reassembly-timeout = 00:02:00
        channel.ack-delay = 00:00:00.0050000
        channel.max-request-timeout = 00:05:00
        channel.max-type-name-bytes = 128
        routing.hop-limit = 10
        routing.relay-queue-bytes = 262144
        routing.max-tunnels = 256
        routing.open-timeout = 00:00:03
        routing.idle-timeout = 00:01:00
        routing.resume-timeout = 00:00:10
        routing.hello-rate-per-second = 1
        routing.hello-burst = 8
        routing.link-hello-rate-per-second = 20
        routing.link-hello-burst = 40
        routing.distances-per-second = 100
        routing.distances-burst = 256
        routing.notices-per-second = 200
        routing.view-interval-per-claim = 00:00:00.0000200
        routing.max-view-interval = 00:00:00.5000000
        dissemination.retention-time = 00:01:00
        dissemination.retention-bytes = 67108864
        dissemination.retention-total-bytes = 536870912
        dissemination.retention-messages = 32768
        dissemination.dedup-window = 65536
        dissemination.announce-interval = 00:00:00.5000000
        dissemination.want-delay = 00:00:00.5000000
        dissemination.want-timeout = 00:00:02
        dissemination.max-announced-ids = 4096
        dissemination.assembly-bytes = 134217728
        dissemination.max-pending-unknown-origin = 256
        dissemination.max-pending-unknown-origin-bytes = 67108864
        dissemination.max-topics = 256
        dissemination.max-topic-bytes = 128
        dissemination.unsigned-namespaces = []
        state-sync.announce-interval = 00:00:01
        state-sync.announce-jitter = 0.2
        state-sync.fanout = 3
        state-sync.push-on-change = True
        state-sync.push-debounce = 00:00:00.0500000
        state-sync.min-change-interval = 00:00:00.1000000
        state-sync.max-link-state-bytes = 65536
        state-sync.max-interests-bytes = 65536
        state-sync.max-status-bytes = 65536
        state-sync.max-origins = 4096
        state-sync.max-answer-bytes = 65536
        state-sync.reply-bytes-per-second = 524288
        state-sync.reply-burst-bytes = 4194304
        state-sync.max-status-entries = 256
        state-sync.max-status-value-bytes = 4096
        state-sync.held-for = 00:01:00
        state-sync.republish-interval = 01:00:00
        state-sync.expire-after = 03:00:00
        events.max-per-second = 20
        events.status-per-second = 256
        events.status-burst = 512
        events.route-interval = 00:00:00.2000000
        supervision.window = 00:01:00
        supervision.max-part-restarts = 10
        supervision.max-namespace-restarts = 5
        supervision.max-peer-failures = 5
        namespace-defaults.max-namespaces = 64
        namespace-defaults.max-module-types = 1024
        namespace-defaults.max-observers = 64
        modules.window-messages = 4096
        modules.window-bytes = 16777216
        modules.waiting-bytes = 268435456
        modules.slow-after = 00:00:03
        admin.enabled = True
        admin.socket = ""
        admin.max-connections = 16
        admin.max-request-bytes = 4096
        admin.max-answer-bytes = 16777216
        admin.max-waiting-bytes = 1048576
        admin.recent-events = 256
        admin.request-timeout = 00:00:10
        admin.idle-timeout = 00:05:00
        namespaces = 0
        """;
}
