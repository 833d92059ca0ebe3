using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <content>The section <c>routing</c>.</content>
public static partial class SettingsReader
{
    private const int MaxHopLimit = 64;

    private static RoutingSettings ReadRouting(SettingsSection s) => new(
        s.Count("hop-limit", 1, MaxHopLimit),
        s.SmallSize("relay-queue-bytes", 64 * KiB, 64 * MiB),
        s.Count("max-tunnels", 0, 65536),
        s.Duration("open-timeout", 100 * Ms, Minute),
        s.Duration("idle-timeout", Second, Day),
        s.Duration("resume-timeout", TimeSpan.Zero, Minute),
        s.Real("hello-rate-per-second", 0.1, 1_000_000),
        s.Count("hello-burst", 1, 1_000_000),
        s.Real("link-hello-rate-per-second", 0.1, 1_000_000),
        s.Count("link-hello-burst", 1, 1_000_000),
        s.Real("distances-per-second", 1, 1_000_000),
        s.Count("distances-burst", 1, 1_000_000),
        s.Count("notices-per-second", 1, 1_000_000),
        s.Duration("view-interval-per-claim", TimeSpan.Zero, Ms),
        s.Duration("max-view-interval", TimeSpan.Zero, Minute));
}
