using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Tests.VirtualNetwork;

/// <summary>The defaults of reference.conf, as a base that tests change in what they are about.</summary>
internal static class TestSettings
{
    public static DisseminationSettings Dissemination { get; } = new(
        RetentionTime: TimeSpan.FromSeconds(60),
        RetentionBytes: 64 * 1024 * 1024,
        RetentionTotalBytes: 512 * 1024 * 1024,
        RetentionMessages: 32_768,
        DedupWindow: 65_536,
        AnnounceInterval: TimeSpan.FromMilliseconds(500),
        WantDelay: TimeSpan.FromMilliseconds(500),
        WantTimeout: TimeSpan.FromSeconds(2),
        MaxAnnouncedIds: 4096,
        AssemblyBytes: 128 * 1024 * 1024,
        MaxPendingUnknownOrigin: 256,
        MaxPendingUnknownOriginBytes: 64 * 1024 * 1024,
        MaxTopics: 256,
        MaxTopicBytes: 128,
        UnsignedNamespaces: []);

    public static StateSyncSettings StateSync { get; } = new(
        AnnounceInterval: TimeSpan.FromSeconds(1),
        AnnounceJitter: 0.2,
        Fanout: 3,
        PushOnChange: true,
        PushDebounce: TimeSpan.FromMilliseconds(50),
        MinChangeInterval: TimeSpan.FromMilliseconds(100),
        MaxLinkStateBytes: 64 * 1024,
        MaxInterestsBytes: 64 * 1024,
        MaxStatusBytes: 64 * 1024,
        MaxOrigins: 4096,
        MaxAnswerBytes: 64 * 1024,
        ReplyBytesPerSecond: 512 * 1024,
        ReplyBurstBytes: 4 * 1024 * 1024,
        MaxStatusEntries: 256,
        MaxStatusValueBytes: 4096,
        HeldFor: TimeSpan.FromMinutes(1),
        RepublishInterval: TimeSpan.FromHours(1),
        ExpireAfter: TimeSpan.FromHours(3));

    public static ReconnectSettings Reconnect { get; } = new(
        MinDelay: TimeSpan.FromMilliseconds(200),
        MaxDelay: TimeSpan.FromSeconds(5),
        Multiplier: 3,
        StableAfter: TimeSpan.FromSeconds(30),
        MaxConcurrentDials: 16,
        DialsPerSecond: 8,
        DialTimeout: TimeSpan.FromSeconds(5),
        AddressStagger: TimeSpan.FromMilliseconds(250));

    public static DiscoverySettings Discovery { get; } = new(
        Mode: DiscoveryMode.Gossip,
        TargetLinks: 50,
        MaxMembers: 256,
        MaxAddresses: 4,
        MaxDelay: TimeSpan.FromSeconds(30),
        Names: false,
        Allow: []);

    public static AdmissionSettings Admission { get; } = new(
        HandshakeTimeout: TimeSpan.FromSeconds(5),
        HandshakeMaxBytes: 64 * 1024,
        MaxHalfOpen: 64,
        RatePerSecond: 20,
        Burst: 5,
        MemberRatePerSecond: 50,
        MemberBurst: 100,
        CpuShare: 0.15,
        MemberCpuShare: 0.1,
        AcceptCpuShare: 0.05,
        MaxTrackedAddresses: 1000,
        MaxLinks: 1024);

    public static StateLimits Limits { get; } = StateLimits.From(StateSync, Dissemination);
}
