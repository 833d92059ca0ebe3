using System.Text.Json.Serialization;

namespace ActorP2P.Simulation;

/// <summary>What a run showed; one JSON object, the same for the same seed but for the wall clock.</summary>
/// <param name="Nodes">Members.</param>
/// <param name="Links">Links of the topology.</param>
/// <param name="Seed">Replays the run.</param>
/// <param name="Published">Broadcasts that were sent.</param>
/// <param name="Delivered">Broadcasts that modules of live honest nodes were given, each once a node.</param>
/// <param name="Expected">Broadcasts that some live connected node held within retention, times the live honest nodes that should have them.</param>
/// <param name="Duplicates">Broadcasts that a module was given again.</param>
/// <param name="Redundancy">Payload copies received / needed, by bytes.</param>
/// <param name="Overhead">
/// All other wire bytes that the broadcasts caused, from the first one to the end of the run, / payload bytes needed: heads, manifests,
/// ids, questions, records, acknowledgements. What goes on without them is judged by the idle run and stands in
/// <see cref="OverheadWithIdle"/>.
/// </param>
/// <param name="Depth">Longest way of a first copy, in links; 0 for payloads that travel in chunks.</param>
/// <param name="LatencyP50Ms">Median of virtual time from publishing to delivery.</param>
/// <param name="LatencyP99Ms">Its 99th percentile.</param>
/// <param name="ConvergenceS">
/// Virtual seconds until every node knew the status of every other: from the start, or from the change in a state-change
/// run, or from the first restored link after a partition.
/// </param>
/// <param name="FormationS">The same from the start, in every run.</param>
/// <param name="StateBytes">Bytes a second a node of state sync and what else an idle namespace sends; in an idle run.</param>
/// <param name="LivenessBytes">Bytes a second a link of beats and pings, both directions; in an idle run.</param>
/// <param name="Lost">Messages that the loss took.</param>
/// <param name="Equivocations">Equivocations that honest nodes reported.</param>
/// <param name="VirtualS">Virtual seconds of the whole run.</param>
/// <param name="WallS">Real seconds.</param>
/// <param name="Trace">Hash over every message that every actor handled.</param>
public sealed record SimulationReport(
    [property: JsonPropertyName("nodes")] int Nodes,
    [property: JsonPropertyName("links")] int Links,
    [property: JsonPropertyName("seed")] int Seed,
    [property: JsonPropertyName("published")] int Published,
    [property: JsonPropertyName("delivered")] int Delivered,
    [property: JsonPropertyName("expected")] int Expected,
    [property: JsonPropertyName("duplicates")] int Duplicates,
    [property: JsonPropertyName("redundancy")] double Redundancy,
    [property: JsonPropertyName("overhead")] double Overhead,
    [property: JsonPropertyName("depth")] int Depth,
    [property: JsonPropertyName("latency_p50_ms")] int LatencyP50Ms,
    [property: JsonPropertyName("latency_p99_ms")] int LatencyP99Ms,
    [property: JsonPropertyName("convergence_s")] double ConvergenceS,
    [property: JsonPropertyName("formation_s")] double FormationS,
    [property: JsonPropertyName("state_bytes_per_node_s")] double StateBytes,
    [property: JsonPropertyName("liveness_bytes_per_link_s")] double LivenessBytes,
    [property: JsonPropertyName("lost")] long Lost,
    [property: JsonPropertyName("equivocations")] long Equivocations,
    [property: JsonPropertyName("virtual_s")] double VirtualS,
    [property: JsonPropertyName("wall_s")] double WallS,
    [property: JsonPropertyName("trace")] string Trace)
{
    /// <summary>Longest virtual time from publishing to delivery, that of messages that came by repair or to a joiner included.</summary>
    [JsonPropertyName("latency_max_ms")]
    public int LatencyMaxMs { get; init; }

    /// <summary>All wire bytes but payload copies from the first broadcast to the last delivery / payload bytes needed: whatever they are for.</summary>
    [JsonPropertyName("overhead_in_window")]
    public double OverheadInWindow { get; init; }

    /// <summary>The same from the first broadcast to the end of the run, most of which is idle.</summary>
    [JsonPropertyName("overhead_with_idle")]
    public double OverheadWithIdle { get; init; }

    /// <summary>Unicasts between honest nodes whose sender lives on, without those that were refused with a typed reason.</summary>
    [JsonPropertyName("unicast_expected")]
    public int UnicastExpected { get; init; }

    /// <summary>Of these, those that a module took and whose sender was told so.</summary>
    [JsonPropertyName("unicast_delivered")]
    public int UnicastDelivered { get; init; }

    /// <summary>Unicasts that were refused with a typed reason: beyond the hop limit, or their receiver was gone.</summary>
    [JsonPropertyName("unicast_refused")]
    public int UnicastRefused { get; init; }

    /// <summary>Requests between honest nodes whose sender lives on, without those that failed with a typed reason.</summary>
    [JsonPropertyName("request_expected")]
    public int RequestExpected { get; init; }

    /// <summary>Of these, those that were answered.</summary>
    [JsonPropertyName("request_answered")]
    public int RequestAnswered { get; init; }

    /// <summary>Requests that failed with a typed reason.</summary>
    [JsonPropertyName("request_refused")]
    public int RequestRefused { get; init; }

    /// <summary>Messages to topics times the nodes that followed the topic all the time.</summary>
    [JsonPropertyName("topic_expected")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int TopicExpected { get; init; }

    /// <summary>Of these, those that the module was given.</summary>
    [JsonPropertyName("topic_delivered")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int TopicDelivered { get; init; }

    /// <summary>The parts of a run of everything, of which the other figures are the sum or the worst; null for another run.</summary>
    [JsonPropertyName("phases")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PhaseReport>? Phases { get; init; }

    /// <summary>Null when everything promised was kept, else what was not.</summary>
    [JsonPropertyName("failure")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Failure { get; init; }
}
