using System.Globalization;
using System.Text;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Program.Demo;

/// <summary>
/// What one node has received, judged against the plan: distinct messages by phase and kind, and everything that was
/// wrong. Bounded by the plan: a key that the plan does not have is not kept.
/// </summary>
internal sealed class DemoTally(DemoPlan plan)
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Phase, string Kind), int> _counts = [];
    private readonly Dictionary<(string Node, string Key), string> _status = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _topics = [];

    /// <summary>Messages with a wrong hash, origin, receiver or topic.</summary>
    public int Wrong { get; private set; }

    /// <summary>Messages that came a second time.</summary>
    public int Repeated { get; private set; }

    /// <summary>Counts one delivered payload that claims to be of <paramref name="kind"/>.</summary>
    public void Receive(string kind, NodeId origin, string? topic, ReadOnlySpan<byte> payload)
    {
        if (!DemoMessage.TryRead(payload, out var message) || !IsPlanned(message, kind, origin, topic))
        {
            Wrong++;
        }
        else
        {
            Count(message);
        }
    }

    /// <summary>Counts a reply that proved right.</summary>
    public void Count(DemoMessage message)
    {
        if (_seen.Add(message.Key))
        {
            Add(message.Phase, message.Kind);
        }
        else
        {
            Repeated++;
        }
    }

    /// <summary>Counts the file of a phase as one broadcast.</summary>
    public void CountFile(int phase)
    {
        if (_seen.Add(string.Create(CultureInfo.InvariantCulture, $"file|{phase}")))
        {
            Add(phase, "broadcast");
        }
        else
        {
            Repeated++;
        }
    }

    /// <summary>Counts a wrong reply or file.</summary>
    public void CountWrong() => Wrong++;

    /// <summary>Notes another node's status entry.</summary>
    public void SeeStatus(NodeId node, string key, ReadOnlySpan<byte> value) => _status[(node.ToString(), key)] = Encoding.UTF8.GetString(value);

    /// <summary>Notes another node's topics.</summary>
    public void SeeTopics(NodeId node, IReadOnlyList<string> topics) => _topics[node.ToString()] = topics;

    /// <summary>Notes one more topic of another node, from a snapshot by topic.</summary>
    public void SeeTopic(NodeId node, string topic) => _topics[node.ToString()] = [.. _topics.GetValueOrDefault(node.ToString(), []), topic];

    /// <summary>Key of a status entry.</summary>
    public static string StatusKey(int phase, int entry) => string.Create(CultureInfo.InvariantCulture, $"phase{phase}.entry{entry}");

    /// <summary>Value of a status entry of one node.</summary>
    public static string StatusValue(int node, int phase, int entry) => string.Create(CultureInfo.InvariantCulture, $"node{node} in phase {phase} says {entry}");

    /// <summary>Counts of a phase so far.</summary>
    public DemoCounts Counts(int phase) => new(
        _counts.GetValueOrDefault((phase, "unicast")),
        _counts.GetValueOrDefault((phase, "request")),
        _counts.GetValueOrDefault((phase, "multicast")),
        _counts.GetValueOrDefault((phase, "broadcast")),
        Enumerable.Range(0, plan.Nodes).Where(node => node != plan.Self).Sum(node => StateOf(node, phase)));

    private int StateOf(int node, int phase)
    {
        var id = plan.NodeIds[node];
        var entries = Enumerable.Range(0, plan.StatusEntries)
            .Count(entry => _status.TryGetValue((id, StatusKey(phase, entry)), out var value) && value == StatusValue(node, phase, entry));
        var topics = DemoPlan.Topics.Where(topic => DemoPlan.Follows(node, topic)).Order(StringComparer.Ordinal);
        var agrees = _topics.TryGetValue(id, out var seen) && seen.Order(StringComparer.Ordinal).SequenceEqual(topics);
        return entries + (agrees ? 1 : 0);
    }

    private bool IsPlanned(DemoMessage message, string kind, NodeId origin, string? topic) =>
        message.Kind == kind
        && message.Phase is >= 1 and <= DemoPlan.Phases
        && message.Round < plan.Rounds
        && message.From < plan.Nodes
        && message.From != plan.Self
        && plan.NodeIds[message.From] == origin.ToString()
        && kind switch
        {
            "multicast" => message.Target == topic && DemoPlan.Topics.Contains(message.Target) && DemoPlan.Follows(plan.Self, message.Target),
            "broadcast" => topic is null && message.Target.Length == 0,
            _ => message.Target == plan.Self.ToString(CultureInfo.InvariantCulture),
        };

    private void Add(int phase, string kind) => _counts[(phase, kind)] = _counts.GetValueOrDefault((phase, kind)) + 1;
}
