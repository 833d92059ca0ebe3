using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ActorP2P.Benchmarks.Wire;

namespace ActorP2P.Benchmarks.Handshakes;

/// <summary>
/// Case <c>admission</c>: what a node spends on connections that are not authenticated, and whether members still come in.
/// Another process opens 10,000 connections from 1,000 addresses, 1,000 a second, each with a message 1 that costs the
/// most; meanwhile a member shakes hands four times a second. The figures are this process's CPU time less what it
/// takes with the members alone.
/// </summary>
internal static class AdmissionCases
{
    /// <summary>The name of the flooding process's own case.</summary>
    public const string FloodCase = "admission-flood";

    private const int Connections = 10_000;
    private const int ConnectionsPerSecond = 1_000;
    private const int Addresses = 1_000;

    private static readonly TimeSpan MemberInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(BenchmarkArguments arguments)
    {
        var consortium = new BenchmarkConsortium();
        await using var node = await BenchmarkNode.StartAsync("target", consortium, 1, tls: false, encryption: true, []);
        var target = IPEndPoint.Parse(await node.Endpoint);
        using var member = new HandshakeEnds(consortium);
        await member.ConnectAsMemberAsync(target);
        var connections = arguments.Scaled(Connections);
        var time = TimeSpan.FromSeconds((double)connections / ConnectionsPerSecond);
        var (quiet, _) = await MeasureAsync(member, target, Task.Delay(time));
        var (flooded, reached) = await MeasureAsync(member, target, FloodAsync(member, target, connections));
        var row = new Dictionary<string, object>
        {
            ["case"] = "admission",
            ["connections"] = connections,
            ["seconds"] = Math.Round(flooded.Seconds, 1),
            ["core_share"] = Math.Round((flooded.CpuSeconds / flooded.Seconds) - (quiet.CpuSeconds / quiet.Seconds), 3),
            ["quiet_core_share"] = Math.Round(quiet.CpuSeconds / quiet.Seconds, 3),
            ["members_connected"] = reached.Count,
            ["member_worst_ms"] = Math.Round(reached.DefaultIfEmpty().Max(), 1),
        };
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(row));
    }

    /// <summary>The other process: <c>admission-flood ADDRESS COUNT MESSAGE1-IN-HEX</c>.</summary>
    public static async Task<int> FloodAsync(string[] args)
    {
        var (target, count, frame) = (IPEndPoint.Parse(args[0]), int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture), Convert.FromHexString(args[2]));
        var start = Stopwatch.GetTimestamp();
        var open = new Queue<Socket>();
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            open.Enqueue(socket);
            socket.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)(i % Addresses >> 8), (byte)(i % Addresses)]), 0));
            try
            {
                await socket.ConnectAsync(target);
                await socket.SendAsync(frame);
            }
            catch (SocketException)
            {
                // Refused: what a flood is there for.
            }

            if (open.Count > Addresses)
            {
                open.Dequeue().Dispose();
            }

            var due = TimeSpan.FromSeconds((double)i / ConnectionsPerSecond) - Stopwatch.GetElapsedTime(start);
            if (due > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(due);
            }
        }

        while (open.TryDequeue(out var socket))
        {
            socket.Dispose();
        }

        return 0;
    }

    private static async Task FloodAsync(HandshakeEnds member, IPEndPoint target, int connections)
    {
        var info = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false };
        string[] program = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        string[] arguments = [.. program, FloodCase, target.ToString(), connections.ToString(System.Globalization.CultureInfo.InvariantCulture), Convert.ToHexString(member.FirstFrame())];
        Array.ForEach(arguments, info.ArgumentList.Add);
        using var flood = Process.Start(info) ?? throw new IOException("the flooding process did not start");
        await flood.WaitForExitAsync().WaitAsync(Patience);
    }

    private static async Task<((double Seconds, double CpuSeconds) Cost, List<double> MemberMs)> MeasureAsync(HandshakeEnds member, IPEndPoint target, Task until)
    {
        var (start, before, reached) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, new List<double>());
        while (!until.IsCompleted)
        {
            var begin = Stopwatch.GetTimestamp();
            await member.ConnectAsMemberAsync(target);
            reached.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            await Task.WhenAny(until, Task.Delay(MemberInterval));
        }

        await until;
        return ((Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds), reached);
    }
}
