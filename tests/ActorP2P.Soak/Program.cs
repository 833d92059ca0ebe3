using System.Diagnostics;
using System.Globalization;
using ActorP2P.Soak;

var (seconds, seed) = (0, Environment.TickCount & int.MaxValue);
for (var i = 0; i + 1 < args.Length; i += 2)
{
    var known = int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var value) && value >= 0;
    (seconds, seed) = args[i] switch
    {
        "--seconds" when known => (value, seed),
        "--seed" when known => (seconds, value),
        _ => (-1, 0),
    };
}

if (seconds <= 0 || args.Length % 2 != 0)
{
    await Console.Error.WriteLineAsync("usage: ActorP2P.Soak --seconds S [--seed N]");
    return 2;
}

var start = Stopwatch.GetTimestamp();
await using var soak = new EngineSoak();
try
{
    var rounds = 0;
    do
    {
        Console.WriteLine(await soak.RunRoundAsync(seed + rounds++));
    }
    while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
    Console.WriteLine($"engine: {rounds} rounds from seed {seed} in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s; {soak.Summary()}");
    return 0;
}
catch (SoakException failure)
{
    await Console.Error.WriteLineAsync($"engine: {failure.Message}");
    return 1;
}
