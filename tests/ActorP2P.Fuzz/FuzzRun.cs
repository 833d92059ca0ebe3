using System.Diagnostics;
using ActorP2P.Fuzz.Engine;
using ActorP2P.Fuzz.Targets;

namespace ActorP2P.Fuzz;

/// <summary>One call of the fuzzer: each target in turn, with a watch beside it, and a row for each.</summary>
public static class FuzzRun
{
    /// <summary>A run that takes longer than this is a finding. Far above the slowest honest one, for machines under load.</summary>
    public static readonly TimeSpan HangAfter = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs by the switches; the exit code is 0 without findings, 1 with, 2 for wrong usage.</summary>
    public static int Start(string[] args)
    {
        if (!FuzzOptions.TryParse(args, out var options, out var error))
        {
            Console.Error.WriteLine(error);
            return 2;
        }

        var targets = FuzzTargets.All.Where(target => options.Target == "all" || target.Name == options.Target).ToList();
        if (targets.Count == 0)
        {
            Console.Error.WriteLine($"no target '{options.Target}'; there are {string.Join(", ", FuzzTargets.All.Select(target => target.Name))}");
            return 2;
        }

        if (options.List)
        {
            targets.ForEach(target => Console.WriteLine($"{target.Name,-20} {target.About}"));
            return 0;
        }

        return options.Replay is { } file ? Replay(targets, file) : Search(targets, options);
    }

    private static int Search(List<FuzzTarget> targets, FuzzOptions options)
    {
        var report = new FuzzReport(options.Json);
        var found = 0;
        foreach (var target in targets)
        {
            var loop = new FuzzLoop(target, options.Seed);
            var watch = Stopwatch.StartNew();
            var findings = RunWatched(target, loop, options, watch);
            foreach (var finding in findings)
            {
                report.Finding(finding, InputFiles.Write(options.Findings, target.Name, finding.Input));
            }

            report.Row(target, loop, watch.Elapsed, findings.Count);
            found += findings.Count;
            if (options.SaveCorpus is { } folder)
            {
                CorpusReduction.Save(target, loop.Corpus, folder);
            }
        }

        return found == 0 ? 0 : 1;
    }

    private static List<Finding> RunWatched(FuzzTarget target, FuzzLoop loop, FuzzOptions options, Stopwatch watch)
    {
        var time = TimeSpan.FromSeconds(options.Seconds);
        bool GoesOn(FuzzLoop running) => options.Runs is { } runs ? running.Runs < runs : watch.Elapsed < time;
        var stored = new[] { "Corpus", "Crashes" }.SelectMany(folder => InputFiles.Read(Path.Combine(AppContext.BaseDirectory, folder), target.Name));
        var worker = new Thread(() => loop.Run(stored, GoesOn), 16 * 1024 * 1024) { IsBackground = true, Name = target.Name };
        worker.Start();
        while (!worker.Join(WatchInterval))
        {
            if (loop.Current is ({ } input, var elapsed) && elapsed > HangAfter)
            {
                // The thread cannot be stopped: it is left behind, and its findings so far go with this one.
                return [.. loop.Findings, new Finding(target.Name, "hang", $"still running after {elapsed.TotalSeconds:0} s", input)];
            }
        }

        return [.. loop.Findings];
    }

    private static int Replay(List<FuzzTarget> targets, string file)
    {
        var input = File.ReadAllBytes(file);
        var findings = targets.Select(target => new TargetRunner(target).Run((byte[])input.Clone())).OfType<Finding>().ToList();
        findings.ForEach(finding => Console.WriteLine($"{finding.Target}: {finding.Kind}: {finding.Detail}"));
        return findings.Count == 0 ? 0 : 1;
    }
}
