using System.Text.Json;

namespace ActorP2P.Program.Demo;

/// <summary>
/// What one node of the demo sends and expects, the same on all nodes but for <see cref="Self"/>. Receivers know the
/// plan, so a message that should not have come is told from one that should.
/// </summary>
/// <param name="Self">Index of the node that has this plan.</param>
/// <param name="NodeIds">All members by index.</param>
/// <param name="Rounds">Rounds in a phase; a round is one unicast and request to each other node, one multicast on each topic, one broadcast.</param>
/// <param name="RoundIntervalMs">Time between rounds.</param>
/// <param name="StatusEntries">Status entries each node sets in a phase.</param>
/// <param name="File">The file that is broadcast once in each phase.</param>
public sealed record DemoPlan(int Self, IReadOnlyList<string> NodeIds, int Rounds, int RoundIntervalMs, int StatusEntries, string File)
{
    /// <summary>Namespace of unicasts and requests.</summary>
    public const string DirectNamespace = "consensus";

    /// <summary>Namespace of multicasts, broadcasts and status.</summary>
    public const string GroupNamespace = "sync";

    /// <summary>A kill and a restart lie between the two.</summary>
    public const int Phases = 2;

    // So many entries, that a small network still has a count that means something.
    private const int LeastStateSightings = 60;
    private const int LeastStatusEntries = 5;
    private const int LeastRounds = 26;
    private const int RoundsPerSecond = 3;

    /// <summary>Topics: of all nodes, of those with an even index, of those with an odd one.</summary>
    public static IReadOnlyList<string> Topics { get; } = ["all", "even", "odd"];

    /// <summary>Members.</summary>
    public int Nodes => NodeIds.Count;

    /// <summary>Links of the full mesh.</summary>
    public int Links => Nodes * (Nodes - 1) / 2;

    /// <summary>A plan that spreads its two phases over the seconds.</summary>
    public static DemoPlan Create(int self, IReadOnlyList<string> nodeIds, int seconds, string file)
    {
        var rounds = Math.Max(LeastRounds, seconds * RoundsPerSecond);
        var pairs = Math.Max(1, nodeIds.Count * (nodeIds.Count - 1));
        return new DemoPlan(
            self,
            nodeIds,
            rounds,
            Math.Max(1, seconds * 1000 / Phases / rounds),
            Math.Max(LeastStatusEntries, (LeastStateSightings + pairs - 1) / pairs),
            file);
    }

    /// <summary>Whether a node follows a topic.</summary>
    public static bool Follows(int node, string topic) => topic switch
    {
        "even" => node % 2 == 0,
        "odd" => node % 2 == 1,
        _ => true,
    };

    /// <summary>Who broadcasts the file: the first node, and after the restart the one that was killed.</summary>
    public int FileOrigin(int phase) => phase == 1 ? 0 : Nodes - 1;

    /// <summary>What one node receives in a phase when everything arrives.</summary>
    public DemoCounts ExpectedAt(int node, int phase)
    {
        var others = Nodes - 1;
        var multicasts = Topics.Where(topic => Follows(node, topic)).Count() * others * Rounds;
        var files = FileOrigin(phase) == node ? 0 : 1;
        return new DemoCounts(others * Rounds, others * Rounds, multicasts, (others * Rounds) + files, others * (StatusEntries + 1));
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static DemoPlan? FromJson(string json) => JsonSerializer.Deserialize<DemoPlan>(json);

    /// <summary>The plan as a file holds it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this);
}

/// <summary>Distinct messages by kind.</summary>
public readonly record struct DemoCounts(int Unicast, int Request, int Multicast, int Broadcast, int State)
{
    /// <summary>Sum by kind.</summary>
    public static DemoCounts operator +(DemoCounts a, DemoCounts b) =>
        new(a.Unicast + b.Unicast, a.Request + b.Request, a.Multicast + b.Multicast, a.Broadcast + b.Broadcast, a.State + b.State);

    /// <summary>True when no kind is short of <paramref name="expected"/>.</summary>
    public bool Reaches(DemoCounts expected) =>
        Unicast >= expected.Unicast && Request >= expected.Request && Multicast >= expected.Multicast
        && Broadcast >= expected.Broadcast && State >= expected.State;
}
