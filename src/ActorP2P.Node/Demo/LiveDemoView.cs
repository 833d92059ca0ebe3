using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorP2P.Program.Demo;

/// <summary>A table that changes in place, for a terminal.</summary>
internal sealed class LiveDemoView(LiveDisplayContext context, DemoPlan plan, TimeProvider time) : IDemoView
{
    private const int StagesShown = 4;

    // With their narrow padding they fit 80 columns.
    private static readonly string[] Columns = ["node", "process", "links", "unicast", "request", "multicast", "broadcast", "state"];

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly List<string> _stages = [];
    private DemoState? _state;
    private long _shown;

    public void Stage(string text)
    {
        _stages.Add(text);
        Show();
    }

    public void Update(DemoState state)
    {
        _state = state;
        if (_shown == 0 || time.GetElapsedTime(_shown) >= Pace)
        {
            Show();
        }
    }

    public void Finish(DemoState state)
    {
        _state = state;
        Show();
    }

    private void Show()
    {
        _shown = time.GetTimestamp();
        var rows = new List<IRenderable>();
        if (_state is { } state)
        {
            rows.Add(Table(state));
        }

        rows.AddRange(_stages.TakeLast(StagesShown).Select(static stage => new Text(stage, new Style(Color.Grey))));
        context.UpdateTarget(new Rows(rows));
        context.Refresh();
    }

    private Table Table(DemoState state)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(
            [.. Columns.Select(static name => new TableColumn(name).PadLeft(0).PadRight(1).NoWrap())]);
        for (var node = 0; node < plan.Nodes; node++)
        {
            var (received, expected) = (default(DemoCounts), default(DemoCounts));
            for (var phase = 1; phase <= DemoPlan.Phases; phase++)
            {
                received += state.CountsOf(node, phase);
                expected += plan.ExpectedAt(node, phase);
            }

            table.AddRow(
                Cell($"node{node}"),
                Process(state.Nodes[node]),
                Share(state.SessionsOf(node), plan.Nodes - 1),
                Share(received.Unicast, expected.Unicast),
                Share(received.Request, expected.Request),
                Share(received.Multicast, expected.Multicast),
                Share(received.Broadcast, expected.Broadcast),
                Share(received.State, expected.State));
        }

        return table.AddRow(Cell("foreign"), Process(state.Intruder), Cell(state.Intruder.Up.Count.ToString(CultureInfo.InvariantCulture)), Cell(state.Rejections == 0 ? "" : "refused"));
    }

    private static Text Process(DemoNodeState node) => node switch
    {
        { Life: 0 } => Cell("-"),
        { IsRunning: true, Life: > 1 } => new Text("again", new Style(Color.Green)),
        { IsRunning: true } => new Text("runs", new Style(Color.Green)),
        { HasLeft: true } => Cell("left"),
        _ => new Text("killed", new Style(Color.Red)),
    };

    private static Text Share(int part, int whole) => new(
        string.Create(CultureInfo.InvariantCulture, $"{part}/{whole}"),
        new Style(part == whole ? Color.Green : Color.Default));

    private static Text Cell(string text) => new(text);
}
