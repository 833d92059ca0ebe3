using System.Globalization;
using ActorP2P.Benchmarks;
using ActorP2P.Benchmarks.Dissemination;
using ActorP2P.Benchmarks.Handshakes;
using ActorP2P.Benchmarks.Local;
using ActorP2P.Benchmarks.Wire;

var cases = new SortedDictionary<string, Func<BenchmarkArguments, Task>>(EngineCases.All.ToDictionary(), StringComparer.Ordinal)
{
    ["admission"] = AdmissionCases.RunAsync,
    ["handshake"] = HandshakeCases.RunAsync,
    ["local"] = LocalCases.RunAsync,
    ["signature"] = SignatureCases.RunAsync,
    ["transport"] = TransportCases.RunAsync,
    ["wire"] = WireCases.RunAsync,
};

// One side of the comparison in Gossipsub/, whose driver starts it.
if (args is ["dissemination-node", var configFile, var peers])
{
    return await DisseminationNode.RunAsync(configFile, int.Parse(peers, CultureInfo.InvariantCulture));
}

if (args is [AdmissionFlood.Case, .. var flood])
{
    return await AdmissionFlood.RunAsync(flood);
}

if (args.Length == 0 || !cases.TryGetValue(args[0], out var run) || BenchmarkArguments.Parse(args[1..]) is not { } arguments)
{
    await Console.Error.WriteLineAsync($"usage: ActorP2P.Benchmarks {string.Join('|', cases.Keys)} {BenchmarkArguments.Usage}");
    return 2;
}

try
{
    await run(arguments);
    return 0;
}
catch (Exception failure) when (failure is IOException or TimeoutException)
{
    await Console.Error.WriteLineAsync($"{args[0]}: {failure.Message}");
    return 1;
}
