namespace ActorP2P.Fuzz.Engine;

/// <summary>Runs one input and judges what happened: exceptions and allocation here, time by the watch outside.</summary>
public sealed class TargetRunner(FuzzTarget target)
{
    /// <summary>Runs <paramref name="input"/>; null when every promise held.</summary>
    public Finding? Run(byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Run(input);
        }
        catch (Exception failure)
        {
            // Every exception that leaves a target is what we are looking for.
            var place = failure.StackTrace?.Split('\n').FirstOrDefault()?.Trim();
            return new Finding(target.Name, failure.GetType().Name, $"{failure.Message} {place}", input);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var limit = target.AllocationBaseBytes + (target.AllocationFactor * input.Length);
        return allocated <= limit
            ? null
            : new Finding(target.Name, "allocation", $"{allocated} bytes for an input of {input.Length}, {limit} allowed", input);
    }

    /// <summary>Cuts pieces out of a finding's input as long as the same kind of finding remains.</summary>
    public Finding Minimise(Finding finding, int maxRuns)
    {
        for (var piece = finding.Input.Length / 2; piece > 0 && maxRuns > 0; piece /= 2)
        {
            for (var at = 0; at < finding.Input.Length && maxRuns > 0;)
            {
                var end = Math.Min(at + piece, finding.Input.Length);
                byte[] smaller = [.. finding.Input[..at], .. finding.Input[end..]];
                maxRuns--;
                if (Run(smaller) is { } still && still.Kind == finding.Kind)
                {
                    finding = still;
                }
                else
                {
                    at += piece;
                }
            }
        }

        return finding;
    }
}
