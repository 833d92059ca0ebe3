using System.Globalization;
using System.Text.Json;
using ActorP2P.Simulation;

if (args.Contains("--gates"))
{
    if (!CommandLine.TryParseGates(args, out var selection, out var problem))
    {
        Console.Error.WriteLine(problem);
        return 2;
    }

    return GateRunner.Run(selection) ? 0 : 1;
}

if (!CommandLine.TryParse(args, out var options, out var json, out var error))
{
    Console.Error.WriteLine(error);
    return 2;
}

var report = new SimulationRun(options) { OnProgress = Console.Error.WriteLine }.Run();
if (json)
{
    Console.WriteLine(JsonSerializer.Serialize(report));
}
else
{
    foreach (var property in JsonSerializer.SerializeToElement(report).EnumerateObject())
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{property.Name,-25} {property.Value}"));
    }
}

if (report.Failure is null)
{
    return 0;
}

Console.Error.WriteLine($"seed {options.Seed}: {report.Failure}; replay with: {CommandLine.Replay(options)}");
return 1;
