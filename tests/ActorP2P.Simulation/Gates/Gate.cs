namespace ActorP2P.Simulation;

/// <summary>A promise about one kind of run, as a row of the table.</summary>
/// <param name="Name">What is run.</param>
/// <param name="Options">The run; the seed is put in.</param>
/// <param name="MaxRedundancy">Most payload copies received / needed; 0 when not judged.</param>
/// <param name="MaxOverhead">Most other wire bytes / payload bytes, of both readings: caused by the broadcasts, and all up to the last delivery; 0 when not judged.</param>
/// <param name="MaxDepth">Most links on the way of a first copy; 0 when not judged.</param>
/// <param name="MaxConvergenceS">Most virtual seconds to converge; 0 when not judged.</param>
/// <param name="MaxStateBytes">Most bytes a second a node of state sync; 0 when not judged.</param>
/// <param name="MaxLivenessBytes">Most bytes a second a link of liveness; 0 when not judged.</param>
/// <param name="Size">How long it takes: small ones are in the test suite, the others take fewer seeds.</param>
public sealed record Gate(
    string Name,
    SimulationOptions Options,
    double MaxRedundancy = 0,
    double MaxOverhead = 0,
    int MaxDepth = 0,
    double MaxConvergenceS = 0,
    double MaxStateBytes = 0,
    double MaxLivenessBytes = 0,
    GateSize Size = GateSize.Small)
{
    /// <summary>What the report breaks, one phrase each; empty when the gate is passed.</summary>
    public IReadOnlyList<string> Judge(SimulationReport report)
    {
        var broken = new List<string>();
        if (report.Failure is { } failure)
        {
            broken.Add(failure);
        }

        All("delivered", report.Expected, report.Delivered);
        All("messages to topics delivered", report.TopicExpected, report.TopicDelivered);
        All("unicasts delivered", report.UnicastExpected, report.UnicastDelivered);
        All("requests answered", report.RequestExpected, report.RequestAnswered);
        All("duplicates", 0, report.Duplicates);
        Most("redundancy", MaxRedundancy, report.Redundancy);
        Most("overhead", MaxOverhead, report.Overhead);
        Most("overhead in window", MaxOverhead, report.OverheadInWindow);
        Most("depth", MaxDepth, report.Depth);
        Most("convergence_s", MaxConvergenceS, report.ConvergenceS);
        Most("state bytes", MaxStateBytes, report.StateBytes);
        Most("liveness bytes", MaxLivenessBytes, report.LivenessBytes);
        return broken;

        void All(string what, int expected, int done)
        {
            if (done != expected)
            {
                broken.Add(FormattableString.Invariant($"{what} {done} of {expected}"));
            }
        }

        void Most(string what, double limit, double value)
        {
            if (value > limit && limit > 0)
            {
                broken.Add(FormattableString.Invariant($"{what} {value} over {limit}"));
            }
        }
    }
}
