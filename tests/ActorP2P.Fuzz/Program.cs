using ActorP2P.Fuzz;
using ActorP2P.Fuzz.Coverage;

if (!FuzzOptions.TryParse(args, out var options, out var error))
{
    Console.Error.WriteLine(error);
    return 2;
}

if (!options.Coverage || options.List || options.Replay is not null)
{
    return FuzzRun.Start(args);
}

using var copy = new InstrumentedCopy();
if (!options.Json)
{
    Console.WriteLine($"{copy.Blocks} basic blocks instrumented");
}

return copy.Run(typeof(FuzzRun), nameof(FuzzRun.Start), args);
