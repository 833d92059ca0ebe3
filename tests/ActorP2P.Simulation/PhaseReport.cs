using System.Text.Json.Serialization;

namespace ActorP2P.Simulation;

/// <summary>What one part of a run of everything showed; the figures are those of <see cref="SimulationReport"/>.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Published">Broadcasts that were sent.</param>
/// <param name="Delivered">Broadcasts delivered.</param>
/// <param name="Expected">Broadcasts that had to be.</param>
/// <param name="Redundancy">Payload copies received / needed.</param>
/// <param name="Overhead">Other bytes that the broadcasts caused / payload bytes.</param>
/// <param name="OverheadInWindow">All other bytes to the last delivery / payload bytes.</param>
/// <param name="OverheadWithIdle">All other bytes of the part / payload bytes.</param>
/// <param name="Depth">Longest way of a first copy, in links.</param>
/// <param name="LatencyP50Ms">Median from publishing to delivery.</param>
/// <param name="LatencyP99Ms">Its 99th percentile.</param>
/// <param name="LatencyMaxMs">The longest.</param>
/// <param name="ConvergenceS">Virtual seconds until all knew of the change.</param>
/// <param name="StateBytes">Bytes a second a node beside liveness.</param>
/// <param name="LivenessBytes">Bytes a second a link of liveness.</param>
/// <param name="VirtualS">Length of the part.</param>
public sealed record PhaseReport(
    [property: JsonPropertyName("phase")] string Name,
    [property: JsonPropertyName("published")] int Published,
    [property: JsonPropertyName("delivered")] int Delivered,
    [property: JsonPropertyName("expected")] int Expected,
    [property: JsonPropertyName("redundancy")] double Redundancy,
    [property: JsonPropertyName("overhead")] double Overhead,
    [property: JsonPropertyName("overhead_in_window")] double OverheadInWindow,
    [property: JsonPropertyName("overhead_with_idle")] double OverheadWithIdle,
    [property: JsonPropertyName("depth")] int Depth,
    [property: JsonPropertyName("latency_p50_ms")] int LatencyP50Ms,
    [property: JsonPropertyName("latency_p99_ms")] int LatencyP99Ms,
    [property: JsonPropertyName("latency_max_ms")] int LatencyMaxMs,
    [property: JsonPropertyName("convergence_s")] double ConvergenceS,
    [property: JsonPropertyName("state_bytes_per_node_s")] double StateBytes,
    [property: JsonPropertyName("liveness_bytes_per_link_s")] double LivenessBytes,
    [property: JsonPropertyName("virtual_s")] double VirtualS)
{
    internal static PhaseReport Of(string name, SimulationReport report, TimeSpan length) => new(
        name,
        report.Published,
        report.Delivered,
        report.Expected,
        report.Redundancy,
        report.Overhead,
        report.OverheadInWindow,
        report.OverheadWithIdle,
        report.Depth,
        report.LatencyP50Ms,
        report.LatencyP99Ms,
        report.LatencyMaxMs,
        report.ConvergenceS,
        report.StateBytes,
        report.LivenessBytes,
        Math.Round(length.TotalSeconds, 4));

    /// <summary>The report of the whole run: the last one, with the sums of what was sent and the worst of each other figure.</summary>
    internal static SimulationReport Whole(SimulationReport last, IReadOnlyList<PhaseReport> phases) => last with
    {
        Published = phases.Sum(static phase => phase.Published),
        Delivered = phases.Sum(static phase => phase.Delivered),
        Expected = phases.Sum(static phase => phase.Expected),
        Redundancy = phases.Max(static phase => phase.Redundancy),
        Overhead = phases.Max(static phase => phase.Overhead),
        OverheadInWindow = phases.Max(static phase => phase.OverheadInWindow),
        OverheadWithIdle = phases.Max(static phase => phase.OverheadWithIdle),
        Depth = phases.Max(static phase => phase.Depth),
        LatencyP50Ms = phases.Max(static phase => phase.LatencyP50Ms),
        LatencyP99Ms = phases.Max(static phase => phase.LatencyP99Ms),
        LatencyMaxMs = phases.Max(static phase => phase.LatencyMaxMs),
        StateBytes = phases.Max(static phase => phase.StateBytes),
        LivenessBytes = phases.Max(static phase => phase.LivenessBytes),
        Phases = phases,
    };
}
