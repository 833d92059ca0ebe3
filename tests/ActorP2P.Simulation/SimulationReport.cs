using System.Text.Json.Serialization;

namespace ActorP2P.Simulation;

/// <summary>What a run showed; one JSON object, the same for the same seed but for the wall clock.</summary>
/// <param name="Nodes">Members.</param>
/// <param name="Seed">Replays the run.</param>
/// <param name="Delivered">Broadcasts that modules were given, each once a live node.</param>
/// <param name="Expected">Broadcasts that live nodes should have.</param>
/// <param name="Duplicates">Broadcasts that a module was given again.</param>
/// <param name="Redundancy">Payload copies received / needed.</param>
/// <param name="Overhead">All other wire bytes while broadcasting / payload bytes needed.</param>
/// <param name="Depth">Hops of the slowest delivery, by its latency in units of the link delay.</param>
/// <param name="ConvergenceS">Virtual seconds from the start until every node knew the status of every other.</param>
/// <param name="VirtualS">Virtual seconds of the whole run.</param>
/// <param name="WallS">Real seconds.</param>
/// <param name="Trace">Hash over every message that every actor handled.</param>
public sealed record SimulationReport(
    [property: JsonPropertyName("nodes")] int Nodes,
    [property: JsonPropertyName("seed")] int Seed,
    [property: JsonPropertyName("delivered")] int Delivered,
    [property: JsonPropertyName("expected")] int Expected,
    [property: JsonPropertyName("duplicates")] int Duplicates,
    [property: JsonPropertyName("redundancy")] double Redundancy,
    [property: JsonPropertyName("overhead")] double Overhead,
    [property: JsonPropertyName("depth")] int Depth,
    [property: JsonPropertyName("convergence_s")] double ConvergenceS,
    [property: JsonPropertyName("virtual_s")] double VirtualS,
    [property: JsonPropertyName("wall_s")] double WallS,
    [property: JsonPropertyName("trace")] string Trace)
{
    /// <summary>Null when everything promised was kept, else what was not.</summary>
    [JsonPropertyName("failure")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Failure { get; init; }
}
