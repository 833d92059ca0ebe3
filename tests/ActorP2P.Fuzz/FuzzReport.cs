using System.Text.Json;
using ActorP2P.Fuzz.Engine;

namespace ActorP2P.Fuzz;

/// <summary>What a person or a program reads of a search.</summary>
public sealed class FuzzReport(bool json)
{
    private bool _headed;

    /// <summary>One target's result.</summary>
    public void Row(FuzzTarget target, FuzzLoop loop, TimeSpan elapsed, int findings)
    {
        var perSecond = loop.Runs / Math.Max(elapsed.TotalSeconds, 0.001);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                target = target.Name,
                seconds = Math.Round(elapsed.TotalSeconds, 1),
                runs = loop.Runs,
                runs_per_s = Math.Round(perSecond),
                edges = loop.Edges,
                corpus = loop.Corpus.Count,
                findings,
            }));
            return;
        }

        if (!_headed)
        {
            _headed = true;
            Console.WriteLine($"{"target",-20} {"seconds",8} {"runs",12} {"runs/s",10} {"edges",8} {"corpus",8} {"findings",9}");
        }

        Console.WriteLine($"{target.Name,-20} {elapsed.TotalSeconds,8:0.0} {loop.Runs,12} {perSecond,10:0} {loop.Edges,8} {loop.Corpus.Count,8} {findings,9}");
    }

    /// <summary>One broken promise and where its input is.</summary>
    public void Finding(Finding finding, string file) =>
        // The bytes too: a build machine's files are gone when somebody reads its log.
        Console.Error.WriteLine($"FOUND {finding.Target}: {finding.Kind}: {finding.Detail}\n  input: {file} ({finding.Input.Length} bytes) {Convert.ToBase64String(finding.Input)}");
}
