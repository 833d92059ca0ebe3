using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActorP2P.Simulation;

/// <summary>Which gates are run, and how.</summary>
/// <param name="Seeds">Seeds from and to; null for 1 to 3, and 1 alone for large gates.</param>
/// <param name="Only">Part of the name; empty for all.</param>
/// <param name="Size">Small gates take seconds, large ones minutes; null for both.</param>
/// <param name="Jobs">Runs at the same time, each on a thread of its own.</param>
/// <param name="Json">True prints a JSON line a run instead of the table.</param>
/// <param name="Within">No run begins after this much real time; null when there is time enough.</param>
public sealed record GateSelection((int From, int To)? Seeds, string Only, GateSize? Size, int Jobs, bool Json, TimeSpan? Within = null);

/// <summary>How long a gate takes.</summary>
public enum GateSize
{
    /// <summary>Seconds; part of the test suite.</summary>
    Small,

    /// <summary>About a minute.</summary>
    Large,

    /// <summary>Minutes, and gigabytes.</summary>
    Huge,
}

/// <summary>Runs gates, prints a line a run as it ends, and a table of all at the end; red and green on a terminal.</summary>
public static class GateRunner
{
    private const int UsualSeeds = 3;

    /// <summary>Runs what was chosen. True when all were passed.</summary>
    public static bool Run(GateSelection selection)
    {
        var work = new ConcurrentQueue<(Gate Gate, int Seed)>(
            from gate in GateTable.All
            where gate.Name.Contains(selection.Only, StringComparison.OrdinalIgnoreCase) && (selection.Size is null || selection.Size == gate.Size)
            let seeds = selection.Seeds ?? (1, gate.Size == GateSize.Small ? UsualSeeds : 1)
            from seed in Enumerable.Range(seeds.Item1, seeds.Item2 - seeds.Item1 + 1)
            select (gate, seed));
        var results = new ConcurrentQueue<GateResult>();
        var watch = Stopwatch.StartNew();
        var threads = Enumerable.Range(0, selection.Jobs).Select(_ => new Thread(() => Work(work, results, selection, watch))).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        if (!selection.Json)
        {
            Console.WriteLine();
            foreach (var line in Table([.. results]))
            {
                Console.WriteLine(line);
            }
        }

        if (!work.IsEmpty)
        {
            Console.Error.WriteLine($"the time was over: {work.Count} runs were not begun");
        }

        return results.All(static result => result.Broken.Count == 0);
    }

    /// <summary>One line about one run.</summary>
    internal static string Line(GateResult result)
    {
        var (gate, report, broken) = result;
        var shown = gate.Options.Kind switch
        {
            RunKind.Broadcast when gate.Options.Topics > 0 => $"delivered {report.TopicDelivered}/{report.TopicExpected} to topics  unicasts {report.UnicastDelivered}/{report.UnicastExpected}  requests {report.RequestAnswered}/{report.RequestExpected}",
            RunKind.Broadcast or RunKind.Everything => $"delivered {report.Delivered}/{report.Expected}  unicasts {report.UnicastDelivered}/{report.UnicastExpected}  requests {report.RequestAnswered}/{report.RequestExpected}  redundancy {report.Redundancy:0.000}  overhead {report.Overhead:0.000} ({report.OverheadInWindow:0.000} in window, {report.OverheadWithIdle:0.000} with idle)  depth {report.Depth}{Upkeep(gate, report)}",
            RunKind.Idle => Upkeep(gate, report).TrimStart(),
            _ => "",
        };
        var replay = broken.Count == 0 ? "" : $"  {string.Join("; ", broken)}; replay with: {CommandLine.Replay(gate.Options with { Seed = report.Seed })}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Verdict(broken.Count == 0)}  {gate.Name,-42} seed {report.Seed,-3} convergence {report.ConvergenceS:0.000} s  {shown}  wall {report.WallS:0} s{replay}");
    }

    private static string Upkeep(Gate gate, SimulationReport report) => gate.Options.Kind is not (RunKind.Idle or RunKind.Everything) ? "" : string.Create(
        CultureInfo.InvariantCulture, $"  state {report.StateBytes:0} B/s a node  liveness {report.LivenessBytes:0} B/s a link");

    /// <summary>A line a gate over all its seeds: the worst of each figure.</summary>
    internal static IEnumerable<string> Table(IReadOnlyList<GateResult> results)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"      {"gate",-42} {"passed",9} {"redundancy",10} {"overhead",9} {"window",7} {"depth",5} {"converged",9} {"wall",6}");
        foreach (var group in GateTable.All.Select(gate => results.Where(result => result.Gate.Name == gate.Name).ToList()).Where(static group => group.Count > 0))
        {
            var passed = group.Count(static result => result.Broken.Count == 0);
            double Worst(Func<SimulationReport, double> figure) => group.Max(result => figure(result.Report));
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{Verdict(passed == group.Count)}  {group[0].Gate.Name,-42} {$"{passed}/{group.Count}",9} {Worst(static report => report.Redundancy),10:0.000} {Worst(static report => report.Overhead),9:0.000} {Worst(static report => report.OverheadInWindow),7:0.000} {Worst(static report => report.Depth),5:0} {Worst(static report => report.ConvergenceS),7:0.000} s {group.Average(static result => result.Report.WallS),4:0} s");
        }
    }

    private static void Work(ConcurrentQueue<(Gate Gate, int Seed)> work, ConcurrentQueue<GateResult> results, GateSelection selection, Stopwatch watch)
    {
        while (!(watch.Elapsed > selection.Within) && work.TryDequeue(out var next))
        {
            var report = new SimulationRun(next.Gate.Options with { Seed = next.Seed }).Run();
            var result = new GateResult(next.Gate, report, next.Gate.Judge(report));
            results.Enqueue(result);
            Console.WriteLine(selection.Json ? Json(result) : Line(result));
        }
    }

    private static string Json(GateResult result)
    {
        var line = JsonSerializer.SerializeToNode(result.Report)!.AsObject();
        line.Insert(0, "gate", result.Gate.Name);
        line.Insert(1, "passed", result.Broken.Count == 0);
        if (result.Broken.Count > 0)
        {
            line.Add("broken", new JsonArray([.. result.Broken.Select(static text => JsonValue.Create(text))]));
        }

        return line.ToJsonString();
    }

    private static string Verdict(bool isPassed) => isPassed ? Coloured("pass", "32") : Coloured("FAIL", "31");

    private static string Coloured(string text, string colour) => Console.IsOutputRedirected ? text : $"\e[{colour}m{text}\e[0m";
}

/// <summary>What one run of a gate showed.</summary>
/// <param name="Gate">The promise.</param>
/// <param name="Report">What was seen.</param>
/// <param name="Broken">What was not kept; empty when it was passed.</param>
internal sealed record GateResult(Gate Gate, SimulationReport Report, IReadOnlyList<string> Broken);
