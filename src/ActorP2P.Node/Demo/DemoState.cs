using System.Globalization;
using System.Text.Json;

namespace ActorP2P.Program.Demo;

/// <summary>All that the nodes reported, and the verdict on it. Events in, answers out; nothing else.</summary>
internal sealed class DemoState
{
    private static readonly string[] Namespaces = [DemoPlan.DirectNamespace, DemoPlan.GroupNamespace];

    private readonly DemoPlan _plan;
    private readonly string _fileHash;
    private readonly Dictionary<string, int> _indexById = [];
    private readonly DemoCounts[,] _frozen;

    public DemoState(DemoPlan plan, string fileHash)
    {
        _plan = plan;
        _fileHash = fileHash;
        _frozen = new DemoCounts[DemoPlan.Phases + 1, plan.Nodes];
        Nodes = [.. Enumerable.Range(0, plan.Nodes + 1).Select(static _ => new DemoNodeState(DemoPlan.Phases))];
        foreach (var (index, id) in plan.NodeIds.Index())
        {
            _indexById[id] = index;
        }
    }

    /// <summary>The members, then the intruder.</summary>
    public IReadOnlyList<DemoNodeState> Nodes { get; }

    /// <summary>The intruder.</summary>
    public DemoNodeState Intruder => Nodes[^1];

    /// <summary>Nodes that came back with all their links.</summary>
    public int Reconnects { get; set; }

    /// <summary>Nodes that were refused.</summary>
    public int Refused { get; set; }

    /// <summary>A member's process that ended when nobody had asked it to; null while there is none.</summary>
    public string? UnexpectedEnd { get; private set; }

    /// <summary>Members' processes that may end.</summary>
    public HashSet<int> MayEnd { get; } = [];

    /// <summary>Takes one event.</summary>
    public void Apply(DemoEvent happened)
    {
        var node = Nodes[happened.Node];
        if (happened.Life != node.Life)
        {
            return;
        }

        switch (happened.Event)
        {
            case "ready":
                node.IsReady = true;
                break;
            case "peer-up":
                node.Up.Add((Text(happened, "namespace"), Text(happened, "node")));
                break;
            case "peer-down":
                NoteDown(node, happened);
                break;
            case "observing":
                foreach (var linked in happened.Fields.GetProperty("linked").EnumerateArray())
                {
                    node.Up.Add((Text(happened, "namespace"), linked.GetString()!));
                }

                break;
            case "peer-rejected":
                node.Rejections++;
                node.LastRejection = Text(happened, "reason");
                break;
            case "tally":
                NoteTally(node, happened.Fields);
                break;
            case "file":
                node.Files[Number(happened.Fields, "phase")] = Text(happened, "sha256");
                break;
            case "listen-failed":
                node.LastError = $"cannot listen on {Text(happened, "endpoint")}: {Text(happened, "reason")}";
                break;
            case "stopped":
                node.HasLeft = true;
                break;
            case "error":
                node.LastError = happened.Fields.GetString() ?? "";
                break;
            case "exited":
                NoteExit(happened, node);
                break;
        }
    }

    /// <summary>Links of the mesh that both ends report up in every namespace.</summary>
    public int LinksUp()
    {
        var links = 0;
        for (var a = 0; a < _plan.Nodes; a++)
        {
            for (var b = a + 1; b < _plan.Nodes; b++)
            {
                links += IsUp(a, b) && IsUp(b, a) ? 1 : 0;
            }
        }

        return links;
    }

    /// <summary>True when every other member reported every session with a node's present life down.</summary>
    public bool AllNoticedLossOf(int lost) => Enumerable.Range(0, _plan.Nodes)
        .Where(node => node != lost)
        .All(node => Namespaces.All(ns => Nodes[node].Down.Contains((ns, _plan.NodeIds[lost], Nodes[lost].Life))));

    /// <summary>True when the member reports no session with any other.</summary>
    public int SessionsOf(int node) => Enumerable.Range(0, _plan.Nodes).Count(other => other != node && IsUp(node, other));

    /// <summary>True when the intruder has a session with anybody, by either end's report.</summary>
    public bool IntruderIsIn(string intruderId) =>
        Intruder.Up.Count > 0 || Nodes.Take(_plan.Nodes).Any(n => Namespaces.Any(ns => n.Up.Contains((ns, intruderId))));

    /// <summary>Refusals that anybody reported.</summary>
    public int Rejections => Nodes.Sum(static n => n.Rejections);

    /// <summary>What one node has received in a phase: as it stood when the phase ended, or so far.</summary>
    public DemoCounts CountsOf(int node, int phase) => Max(_frozen[phase, node], Nodes[node].Counts[phase]);

    /// <summary>Keeps a phase's counts, since a restarted process counts retained messages anew.</summary>
    public void Freeze(int phase)
    {
        for (var node = 0; node < _plan.Nodes; node++)
        {
            _frozen[phase, node] = Nodes[node].Counts[phase];
        }
    }

    /// <summary>True when every node has everything of a phase, the file with the right hash included.</summary>
    public bool IsComplete(int phase) => Enumerable.Range(0, _plan.Nodes).All(node =>
        CountsOf(node, phase).Reaches(_plan.ExpectedAt(node, phase)) && (_plan.FileOrigin(phase) == node || Nodes[node].Files.ContainsKey(phase)));

    /// <summary>Sum over all phases and nodes.</summary>
    public (DemoCounts Received, DemoCounts Expected) Totals()
    {
        var (received, expected) = (default(DemoCounts), default(DemoCounts));
        for (var phase = 1; phase <= DemoPlan.Phases; phase++)
        {
            for (var node = 0; node < _plan.Nodes; node++)
            {
                received += CountsOf(node, phase);
                expected += _plan.ExpectedAt(node, phase);
            }
        }

        return (received, expected);
    }

    /// <summary>The figures of the last line.</summary>
    public string Figures(int links)
    {
        var (r, e) = Totals();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"nodes={_plan.Nodes} links={links} unicast={r.Unicast}/{e.Unicast} request={r.Request}/{e.Request} multicast={r.Multicast}/{e.Multicast} broadcast={r.Broadcast}/{e.Broadcast} state={r.State}/{e.State} reconnects={Reconnects} refused={Refused}");
    }

    /// <summary>Everything that is short or wrong, one phrase each; empty when the demo did what it promises.</summary>
    public IReadOnlyList<string> Shortfalls(int links)
    {
        var found = new List<string>();
        var (received, expected) = Totals();
        Require(found, links == _plan.Links, $"{links} of {_plan.Links} links were up");
        Require(found, received == expected, $"received {Show(received)} of {Show(expected)}");
        Require(found, Reconnects == 1, $"{Reconnects} of 1 nodes came back");
        Require(found, Refused == 1, $"{Refused} of 1 foreign nodes were refused");
        for (var node = 0; node < _plan.Nodes; node++)
        {
            var state = Nodes[node];
            Require(found, state.Wrong == 0, $"node{node} received {state.Wrong} wrong messages");
            Require(found, state.Repeated == 0, $"node{node} received {state.Repeated} messages twice");
            Require(found, state.Failed == 0, $"node{node} failed to send {state.Failed}");
            Require(found, state.Problems.Length == 0, $"node{node}: {state.Problems}");
            Require(found, state.LastLoss.Length == 0, $"node{node} {state.LastLoss}");
            foreach (var (phase, hash) in state.Files)
            {
                Require(found, hash == _fileHash, $"node{node} has another file in phase {phase}");
            }
        }

        return found;
    }

    private static void Require(List<string> found, bool holds, string shortfall)
    {
        if (!holds)
        {
            found.Add(shortfall);
        }
    }

    private static string Show(DemoCounts c) => $"{c.Unicast} unicasts, {c.Request} replies, {c.Multicast} multicasts, {c.Broadcast} broadcasts, {c.State} states";

    private bool IsUp(int node, int other) => Namespaces.All(ns => Nodes[node].Up.Contains((ns, _plan.NodeIds[other])));

    private void NoteDown(DemoNodeState node, DemoEvent happened)
    {
        var (ns, id) = (Text(happened, "namespace"), Text(happened, "node"));
        node.Up.Remove((ns, id));
        if (!_indexById.TryGetValue(id, out var index))
        {
            return;
        }

        node.Down.Add((ns, id, Nodes[index].Life));
        if (!MayEnd.Contains(index))
        {
            node.LastLoss = $"lost node{index}: {Text(happened, "reason")}";
        }
    }

    private static void NoteTally(DemoNodeState node, JsonElement fields)
    {
        node.Wrong = Number(fields, "wrong");
        node.Repeated = Number(fields, "repeated");
        node.Failed = Number(fields, "failed");
        node.Problems = fields.GetProperty("problems").GetString() ?? "";
        var phase = Number(fields, "phase");
        if (phase is >= 1 and <= DemoPlan.Phases)
        {
            node.Counts[phase] = new DemoCounts(
                Number(fields, "unicast"), Number(fields, "request"), Number(fields, "multicast"), Number(fields, "broadcast"), Number(fields, "state"));
        }
    }

    private void NoteExit(DemoEvent happened, DemoNodeState node)
    {
        node.IsRunning = false;
        node.Up.Clear();
        if (!MayEnd.Contains(happened.Node))
        {
            var name = happened.Node == _plan.Nodes ? "the foreign node" : $"node{happened.Node}";
            UnexpectedEnd ??= $"{name} ended with code {happened.Fields}: {node.LastError}";
        }
    }

    private static DemoCounts Max(DemoCounts a, DemoCounts b) => new(
        Math.Max(a.Unicast, b.Unicast), Math.Max(a.Request, b.Request), Math.Max(a.Multicast, b.Multicast), Math.Max(a.Broadcast, b.Broadcast), Math.Max(a.State, b.State));

    private static string Text(DemoEvent happened, string name) => happened.Fields.GetProperty(name).GetString() ?? "";

    private static int Number(JsonElement fields, string name) => fields.GetProperty(name).GetInt32();
}
