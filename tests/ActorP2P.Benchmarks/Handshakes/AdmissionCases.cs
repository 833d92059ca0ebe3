using System.Diagnostics;
using System.Net;
using System.Text.Json;
using ActorP2P.Benchmarks.Wire;

namespace ActorP2P.Benchmarks.Handshakes;

/// <summary>
/// Case <c>admission</c>: what a node spends on connections that are not authenticated, and whether members still come in.
/// Another process opens connections from 1,000 addresses for ten seconds, 1,000 a second or as many as it can, and does with each what
/// costs a node most (<see cref="FloodKind"/>); meanwhile a member shakes hands four times a second. The figures are this
/// process's CPU time less what it takes with the members alone.
/// </summary>
internal static class AdmissionCases
{
    private const int Seconds = 10;
    private const int ConnectionsPerSecond = 1_000;

    private static readonly TimeSpan MemberInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(BenchmarkArguments arguments)
    {
        foreach (var kind in Enum.GetValues<FloodKind>())
        {
            foreach (var rate in new[] { ConnectionsPerSecond, AdmissionFlood.NoLimit })
            {
                var name = $"admission-{kind.ToString().ToLowerInvariant()}-{(rate == AdmissionFlood.NoLimit ? "full-speed" : "paced")}";
                if (arguments.Wants(name))
                {
                    await Console.Out.WriteLineAsync(JsonSerializer.Serialize(await RowAsync(name, kind, rate, arguments.Scaled(Seconds))));
                }
            }
        }
    }

    private static async Task<Dictionary<string, object>> RowAsync(string name, FloodKind kind, int rate, int seconds)
    {
        var consortium = new BenchmarkConsortium();
        var tls = kind != FloodKind.Plain;
        await using var node = await BenchmarkNode.StartAsync("target", consortium, 1, tls, encryption: true, []);
        var target = IPEndPoint.Parse(await node.Endpoint);
        using var ends = new HandshakeEnds(consortium);
        await using var member = new AdmissionMember(ends, consortium, tls);
        for (var i = 0; i < 20; i++)
        {
            // Whatever is compiled on the way is no stranger's cost.
            await member.ConnectAsync(target);
        }

        var (quiet, _) = await MeasureAsync(member, target, Task.Delay(TimeSpan.FromSeconds(seconds)));
        var flood = FloodAsync(kind, rate, seconds, target, ends);
        var (flooded, reached) = await MeasureAsync(member, target, flood);
        return new Dictionary<string, object>
        {
            ["case"] = name,
            ["connections"] = await flood,
            ["refused_at_once"] = node.Counters.RefusedBySink,
            ["handshakes_failed"] = node.Counters.AcceptFailed,
            ["seconds"] = Math.Round(flooded.Seconds, 1),
            ["core_share"] = Math.Round((flooded.CpuSeconds / flooded.Seconds) - (quiet.CpuSeconds / quiet.Seconds), 3),
            ["quiet_core_share"] = Math.Round(quiet.CpuSeconds / quiet.Seconds, 3),
            ["members_connected"] = reached.Count,
            ["members_failed"] = member.Failed,
            ["member_median_ms"] = Math.Round(reached.Order().ElementAtOrDefault(reached.Count / 2), 1),
            ["member_worst_ms"] = Math.Round(reached.DefaultIfEmpty().Max(), 1),
        };
    }

    // How many connections the other process opened.
    private static async Task<long> FloodAsync(FloodKind kind, int rate, int seconds, IPEndPoint target, HandshakeEnds ends)
    {
        var payload = kind switch
        {
            FloodKind.Plain => ends.FirstFrame(),
            FloodKind.Hello => await AdmissionFlood.ClientHelloAsync(),
            _ => [],
        };
        var info = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true };
        string[] program = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        string[] arguments = [.. program, AdmissionFlood.Case, target.ToString(), kind.ToString(), $"{rate}", $"{seconds}", Convert.ToHexString(payload)];
        Array.ForEach(arguments, info.ArgumentList.Add);
        using var flood = Process.Start(info) ?? throw new IOException("the flooding process did not start");
        var opened = await flood.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await flood.WaitForExitAsync().WaitAsync(Patience);
        return long.Parse(opened, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<((double Seconds, double CpuSeconds) Cost, List<double> MemberMs)> MeasureAsync(AdmissionMember member, IPEndPoint target, Task until)
    {
        var (start, before, reached) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, new List<double>());
        while (!until.IsCompleted)
        {
            var begin = Stopwatch.GetTimestamp();
            if (await member.ConnectAsync(target))
            {
                reached.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }

            await Task.WhenAny(until, Task.Delay(MemberInterval));
        }

        await until;
        return ((Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds), reached);
    }
}
