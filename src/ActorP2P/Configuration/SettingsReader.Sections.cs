using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <content>One function a section: keys and ranges as <c>reference.conf</c> documents them.</content>
public static partial class SettingsReader
{
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;
    private const long GiB = 1024L * MiB;
    private const int MaxNameBytes = 128;
    private const int MaxFileNameBytes = 4096;
    private const int MaxListenAddresses = 16;
    private const int MaxListedNodes = 4096;
    private const int MaxSuites = 16;

    private static readonly TimeSpan Ms = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static NetworkSettings ReadNetwork(SettingsSection s) => new(
        s.Text("id", 1, MaxNameBytes),
        s.TextList("listen", MaxListenAddresses, EndpointSyntax.ProblemOfBound),
        s.TextList("advertise", MaxListenAddresses, EndpointSyntax.ProblemOfDialled),
        ReadPeers(s),
        s.Text("data-directory", 1, MaxFileNameBytes),
        s.Switch("insecure"));

    private static IdentitySettings ReadIdentity(SettingsSection s) => new(
        s.Text("curve", 1, MaxNameBytes),
        s.Text("key-file", 1, MaxFileNameBytes),
        s.Text("certificate-file", 1, MaxFileNameBytes),
        s.Text("ca-file", 1, MaxFileNameBytes),
        s.Text("key-password-environment-variable", 0, MaxNameBytes),
        s.TextList("allow-node-ids", MaxListedNodes, ProblemOfNodeId),
        s.TextList("deny-node-ids", MaxListedNodes, ProblemOfNodeId),
        s.Count("max-chain-certificates", 1, 16),
        s.SmallSize("max-chain-bytes", KiB, 48 * KiB),
        s.Text("allow-file", 0, MaxFileNameBytes),
        s.Text("deny-file", 0, MaxFileNameBytes));

    private static TlsSettings ReadTls(SettingsSection s) => new(
        s.Switch("enabled"),
        s.Text("key-file", 0, MaxFileNameBytes),
        s.Text("certificate-file", 0, MaxFileNameBytes),
        s.Text("ca-file", 0, MaxFileNameBytes),
        s.Duration("handshake-timeout", 100 * Ms, Minute));

    private static SuitesSettings ReadSuites(SettingsSection s) => new(
        s.TextList("providers", MaxSuites, static name => name.Length is > 0 and <= MaxFileNameBytes ? null : "is not the name of a type"));

    private static EncryptionSettings ReadEncryption(SettingsSection s) => new(
        s.Switch("enabled"),
        s.TextList("suites", MaxSuites, static name => name.Length is > 0 and <= MaxNameBytes ? null : "is not the name of a suite"));

    private static RekeySettings ReadRekey(SettingsSection s) => new(
        s.Number("max-records-per-key", KiB, 1L << 24),
        s.Number("after-records", 64, 1L << 23),
        s.Size("after-bytes", 64 * KiB, 64 * GiB),
        s.Duration("after", Second, Day),
        s.Duration("min-interval", Ms, Minute),
        s.Duration("timeout", Second, Hour));

    private static AdmissionSettings ReadAdmission(SettingsSection s) => new(
        s.Duration("handshake-timeout", 100 * Ms, Minute),
        s.SmallSize("handshake-max-bytes", 4 * KiB, 64 * KiB),
        s.Count("max-half-open", 1, 65536),
        s.Real("rate-per-second", 0.1, 1_000_000),
        s.Count("burst", 1, 1_000_000),
        s.Real("member-rate-per-second", 0.1, 1_000_000),
        s.Count("member-burst", 1, 1_000_000),
        s.Real("cpu-share", 0.01, 1),
        s.Real("member-cpu-share", 0.01, 1),
        s.Real("accept-cpu-share", 0.01, 1),
        s.Count("max-tracked-addresses", 16, 1_048_576),
        s.Count("max-links", 1, 65536));

    private static ReconnectSettings ReadReconnect(SettingsSection s) => new(
        s.Duration("min-delay", 10 * Ms, 10 * Minute),
        s.Duration("max-delay", 10 * Ms, 10 * Minute),
        s.Real("multiplier", 1.1, 10),
        s.Duration("stable-after", Second, Hour),
        s.Count("max-concurrent-dials", 1, 1024),
        s.Real("dials-per-second", 0.1, 1000),
        s.Duration("dial-timeout", 100 * Ms, Minute),
        s.Duration("address-stagger", TimeSpan.Zero, Minute));

    private static DiscoverySettings ReadDiscovery(SettingsSection s, bool hasDirectory)
    {
        const int MaxPrefixes = 64;
        return new DiscoverySettings(
            ReadDiscoveryMode(s, hasDirectory),
            s.Count("target-links", 1, 65536),
            s.Count("max-members", 1, 65536),
            s.Count("max-addresses", 1, 16),
            s.Duration("max-delay", 10 * Ms, Hour),
            s.Switch("names"),
            s.TextList("allow", MaxPrefixes, static text => System.Net.IPNetwork.TryParse(text, out _) ? null : "is not a prefix such as 127.0.0.0/8"));
    }

    private static DiscoveryMode ReadDiscoveryMode(SettingsSection s, bool hasDirectory)
    {
        var mode = s.Text("mode", 1, MaxNameBytes);
        switch (mode)
        {
            case "static" or "":
                return DiscoveryMode.Static;
            case "gossip":
                return DiscoveryMode.Gossip;
            case "cluster" when hasDirectory:
                return DiscoveryMode.Cluster;
            case "cluster":
                s.Report("mode", "'cluster' needs an Akka.NET cluster that this node carries: build with -p:ActorEngine=akka and set akka.actor.provider = cluster (docs/akka.md)", s.OriginOf("mode"));
                return DiscoveryMode.Static;
            default:
                s.Report("mode", $"'{mode}' is neither static nor gossip nor cluster", s.OriginOf("mode"));
                return DiscoveryMode.Static;
        }
    }

    private static LivenessSettings ReadLiveness(SettingsSection s) => new(
        s.Duration("beat-interval", 50 * Ms, Minute),
        s.Real("phi-threshold", 1, 30),
        s.Duration("acceptable-pause", TimeSpan.Zero, 10 * Minute),
        s.Duration("min-std-deviation", Ms, 10 * Second),
        s.Count("sample-size", 10, 10_000),
        s.Duration("rtt-probe-interval", 100 * Ms, Hour),
        s.Duration("duplicate-probe-timeout", 100 * Ms, Minute));

    private static LinkSettings ReadLink(SettingsSection s) => new(
        s.SmallSize("max-frame-bytes", 4 * KiB, MiB),
        s.SmallSize("max-write-bytes", 4 * KiB, 16 * MiB),
        s.SmallSize("lane-queue-bytes", 4 * KiB, 64 * MiB),
        s.SmallSize("unbound-session-bytes", 4 * KiB, 64 * MiB),
        s.Count("max-namespaces", 1, 4096),
        ReadLaneWeights(s),
        s.Duration("drain-timeout", TimeSpan.Zero, Minute));

    private static ChannelSettings ReadChannel(SettingsSection s) => new(
        s.SmallSize("max-message-bytes", KiB, (int)GiB),
        s.SmallSize("chunk-bytes", KiB, 128 * KiB),
        s.SmallSize("max-record-bytes", KiB, 128 * KiB),
        s.SmallSize("window-bytes", 64 * KiB, (int)GiB),
        s.SmallSize("queue-bytes", KiB, int.MaxValue),
        s.Count("max-pending-requests", 1, 1_048_576),
        s.Size("reassembly-budget-bytes", KiB, 1024 * GiB),
        s.Size("reassembly-share-bytes", KiB, 1024 * GiB),
        s.Duration("reassembly-timeout", Second, Hour),
        s.Duration("ack-delay", TimeSpan.Zero, Second),
        s.Duration("max-request-timeout", Second, Day),
        s.Count("max-type-name-bytes", 1, 255));

    private static DisseminationSettings ReadDissemination(SettingsSection s) => new(
        s.Duration("retention-time", Second, Hour),
        s.Size("retention-bytes", MiB, 16 * GiB),
        s.Size("retention-total-bytes", MiB, 256 * GiB),
        s.Count("retention-messages", 16, 1_048_576),
        s.Count("dedup-window", 64, 16_777_216),
        s.Duration("announce-interval", 10 * Ms, Minute),
        s.Duration("want-delay", TimeSpan.Zero, Minute),
        s.Duration("want-timeout", 10 * Ms, Minute),
        s.Count("max-announced-ids", 1, 65535),
        s.Size("assembly-bytes", MiB, 16 * GiB),
        s.Count("max-pending-unknown-origin", 1, 65536),
        s.Size("max-pending-unknown-origin-bytes", 64 * KiB, GiB),
        s.Count("max-topics", 1, 65536),
        s.Count("max-topic-bytes", 1, 255),
        s.TextList("unsigned-namespaces", 4096, static name => name.Length > 0 ? null : "is empty"));

    private static StateSyncSettings ReadStateSync(SettingsSection s) => new(
        s.Duration("announce-interval", 50 * Ms, Hour),
        s.Real("announce-jitter", 0, 0.9),
        s.Count("fanout", 1, 64),
        s.Switch("push-on-change"),
        s.Duration("push-debounce", TimeSpan.Zero, 10 * Second),
        s.Duration("min-change-interval", TimeSpan.Zero, Minute),
        s.SmallSize("max-link-state-bytes", KiB, MiB),
        s.SmallSize("max-interests-bytes", KiB, MiB),
        s.SmallSize("max-status-bytes", KiB, MiB),
        s.Count("max-origins", 2, 1_048_576),
        s.SmallSize("max-answer-bytes", KiB, 16 * MiB),
        s.SmallSize("reply-bytes-per-second", KiB, (int)GiB),
        s.SmallSize("reply-burst-bytes", KiB, (int)GiB),
        s.Count("max-status-entries", 1, 65536),
        s.SmallSize("max-status-value-bytes", 1, MiB),
        s.Duration("held-for", Second, Hour),
        s.Duration("republish-interval", Minute, Day),
        s.Duration("expire-after", 2 * Minute, 30 * Day));

    private static EventSettings ReadEvents(SettingsSection s) => new(
        s.Count("max-per-second", 1, 1_000_000),
        s.Count("status-per-second", 1, 1_000_000),
        s.Count("status-burst", 1, 1_000_000),
        s.Duration("route-interval", TimeSpan.Zero, Minute));

    private static SupervisionSettings ReadSupervision(SettingsSection s) => new(
        s.Duration("window", Second, Day),
        s.Count("max-part-restarts", 0, 1_000_000),
        s.Count("max-namespace-restarts", 0, 1_000_000),
        s.Count("max-peer-failures", 0, 1_000_000));

    private static NamespaceDefaults ReadNamespaceDefaults(SettingsSection s) => new(
        s.Count("max-namespaces", 1, 4096),
        s.Count("max-module-types", 1, 65536),
        s.Count("max-observers", 1, 4096));

    private static string? ProblemOfNodeId(string text) =>
        NodeId.TryParse(text, out _) ? null : $"is not a node ID of {NodeId.LengthBytes * 2} hex digits";

    private static IReadOnlyList<PeerAddress> ReadPeers(SettingsSection s)
    {
        var peers = new List<PeerAddress>();
        var index = 0;
        foreach (var value in s.List("peers", MaxListedNodes))
        {
            if (value.IsObject())
            {
                var peer = s.Element("peers", index++, value);
                var address = peer.Text("address", 1, MaxFileNameBytes);
                var nodeId = peer.TextOrNull("node-id");
                CheckPeer(peer, address, nodeId);
                peer.ReportUnknown();
                peers.Add(new PeerAddress(address, nodeId?.ToLowerInvariant()));
                continue;
            }

            var element = $"peers.{index++}";
            if (!value.TryGetString(out var text, out _))
            {
                s.Report(element, "is neither \"host:port\" nor { address, node-id }", value.Origin);
            }
            else if (EndpointSyntax.ProblemOfDialled(text) is { } problem)
            {
                s.Report(element, problem, value.Origin);
            }
            else
            {
                peers.Add(new PeerAddress(text, null));
            }
        }

        return peers;
    }

    private static void CheckPeer(SettingsSection peer, string address, string? nodeId)
    {
        if (address.Length > 0 && EndpointSyntax.ProblemOfDialled(address) is { } problem)
        {
            peer.Report("address", problem, peer.OriginOf("address"));
        }

        if (nodeId is not null && ProblemOfNodeId(nodeId) is { } objection)
        {
            peer.Report("node-id", objection, peer.OriginOf("node-id"));
        }
    }

    private static IReadOnlyList<int> ReadLaneWeights(SettingsSection s)
    {
        const int MaxWeight = 100;
        const int WeightedLanes = Lanes.Count - 1;
        var weights = new List<int>();
        foreach (var value in s.List("lane-weights", WeightedLanes))
        {
            if (value.TryGetInt(out var weight, out _) && weight is >= 1 and <= MaxWeight)
            {
                weights.Add(weight);
            }
            else
            {
                s.Report("lane-weights", $"{value} is not a weight of 1 to {MaxWeight}", value.Origin);
                return [.. Enumerable.Repeat(1, WeightedLanes)];
            }
        }

        if (weights.Count != WeightedLanes && weights.Count != 0)
        {
            s.Report("lane-weights", $"has {weights.Count} weights, not {WeightedLanes}: consensus, request, gossip, bulk", s.OriginOf("lane-weights"));
        }

        return weights;
    }

    private static IReadOnlyList<NamespaceSettings> ReadNamespaces(SettingsSection s)
    {
        var namespaces = new List<NamespaceSettings>();
        foreach (var name in s.Keys)
        {
            var entry = s.Section(name);
            if (System.Text.Encoding.UTF8.GetByteCount(name) is 0 or > MaxNameBytes)
            {
                s.Report(name, $"the name of a namespace has 1 to {MaxNameBytes} bytes", entry.Origin);
            }

            var topics = entry.TextList("topics", 65536, static topic => topic.Length > 0 ? null : "is empty", optional: true);
            namespaces.Add(new NamespaceSettings(name, topics, ReadProtocols(entry), ReadMembers(entry), entry.TextOrNull("members-file") ?? ""));
        }

        return namespaces;
    }

    private static IReadOnlyList<ProtocolRange> ReadProtocols(SettingsSection entry)
    {
        const int MaxProtocols = 256;
        var protocols = new List<ProtocolRange>();
        var index = 0;
        foreach (var value in entry.List("protocols", MaxProtocols, optional: true))
        {
            var protocol = entry.Element("protocols", index++, value);
            var range = new ProtocolRange(
                protocol.Text("id", 1, MaxNameBytes),
                protocol.Count("min-version", 0, ushort.MaxValue),
                protocol.Count("max-version", 0, ushort.MaxValue));
            if (range.MinVersion > range.MaxVersion)
            {
                protocol.Report("min-version", $"{range.MinVersion} is above max-version {range.MaxVersion}", protocol.OriginOf("min-version"));
            }

            protocol.ReportUnknown();
            protocols.Add(range);
        }

        return protocols;
    }
}
