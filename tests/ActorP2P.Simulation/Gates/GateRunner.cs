using System.Globalization;
using System.Text.Json;

namespace ActorP2P.Simulation;

/// <summary>Runs gates and prints a line each; red and green on a terminal.</summary>
public static class GateRunner
{
    private const int LargeSeeds = 1;

    /// <summary>Runs the gates whose name contains the text.</summary>
    /// <param name="seeds">Seeds from and to; null for 1 to 3, and 1 alone for large gates.</param>
    /// <param name="only">Part of the name; empty for all.</param>
    /// <param name="smallOnly">True leaves out the gates that take minutes.</param>
    /// <param name="json">True prints each run's report as well, as a JSON line.</param>
    /// <returns>True when all were passed.</returns>
    public static bool Run((int From, int To)? seeds, string only, bool smallOnly, bool json)
    {
        var passed = true;
        foreach (var gate in GateTable.All.Where(gate => gate.Name.Contains(only, StringComparison.OrdinalIgnoreCase) && !(smallOnly && gate.IsLarge)))
        {
            var (from, to) = seeds ?? (1, gate.IsLarge ? LargeSeeds : 3);
            for (var seed = from; seed <= to; seed++)
            {
                var options = gate.Options with { Seed = seed };
                var report = new SimulationRun(options).Run();
                var broken = gate.Judge(report);
                passed &= broken.Count == 0;
                Console.WriteLine(json ? JsonSerializer.Serialize(report) : Line(gate, report, broken));
            }
        }

        return passed;
    }

    /// <summary>One line about one run.</summary>
    public static string Line(Gate gate, SimulationReport report, IReadOnlyList<string> broken)
    {
        var verdict = broken.Count == 0 ? Coloured("pass", "32") : Coloured("FAIL", "31");
        var shown = gate.Options.Kind switch
        {
            RunKind.Broadcast => $"delivered {report.Delivered}/{report.Expected}  redundancy {report.Redundancy:0.000}  overhead {report.Overhead:0.000}  depth {report.Depth}",
            RunKind.Idle => $"state {report.StateBytes:0} B/s a node  liveness {report.LivenessBytes:0} B/s a link",
            _ => "",
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{verdict}  {gate.Name,-42} seed {report.Seed,-3} convergence {report.ConvergenceS:0.000} s  {shown}  wall {report.WallS:0} s{(broken.Count == 0 ? "" : "  " + string.Join("; ", broken))}");
    }

    private static string Coloured(string text, string colour) => Console.IsOutputRedirected ? text : $"\e[{colour}m{text}\e[0m";
}
