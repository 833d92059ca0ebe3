using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ActorP2P.Simulation;

/// <summary>The simulator's switches.</summary>
public static class CommandLine
{
    private const string Usage =
        "usage: --nodes N --seed S [--topology full|line|ring|star|islands] [--messages N] [--payload BYTES] [--seconds V]"
        + " [--faults kill=0.2,restart=0.1,partition=30] [--json]";

    private const int MaxNodes = 100;

    /// <summary>Reads the switches; false with one line that says what to do.</summary>
    public static bool TryParse(IReadOnlyList<string> args, [NotNullWhen(true)] out SimulationOptions? options, out bool json, out string error)
    {
        options = new SimulationOptions();
        json = false;
        error = "";
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] == "--json")
            {
                json = true;
                continue;
            }

            var read = i + 1 < args.Count ? Read(options, args[i], args[i + 1]) : null;
            if (read is null)
            {
                error = $"'{args[i]}' is not understood; {Usage}";
                options = null;
                return false;
            }

            options = read;
            i++;
        }

        return true;
    }

    /// <summary>The command that gives the same run.</summary>
    public static string Replay(IEnumerable<string> args) =>
        "dotnet run -c Release --project tests/ActorP2P.Simulation -- " + string.Join(' ', args);

    private static SimulationOptions? Read(SimulationOptions options, string name, string value)
    {
        var number = int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var parsed) ? parsed : -1;
        return name switch
        {
            "--nodes" when number is >= 2 and <= MaxNodes => options with { Nodes = number },
            "--seed" when number >= 0 => options with { Seed = number },
            "--messages" when number >= 0 => options with { MessagesPerNode = number },
            "--payload" when number is >= 0 and <= 32 * 1024 * 1024 => options with { PayloadBytes = number },
            "--seconds" when number > 0 => options with { Duration = TimeSpan.FromSeconds(number) },
            "--topology" when Enum.TryParse<TopologyKind>(value, ignoreCase: true, out var topology) && number < 0 => options with { Topology = topology },
            "--faults" => ReadFaults(options, value),
            _ => null,
        };
    }

    private static SimulationOptions? ReadFaults(SimulationOptions? options, string value)
    {
        foreach (var fault in value.Split(','))
        {
            var parts = fault.Split('=');
            if (options is null || parts.Length != 2 || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var amount) || amount < 0)
            {
                return null;
            }

            options = parts[0] switch
            {
                "kill" when amount <= 1 => options with { Kill = amount },
                "restart" when amount <= 1 => options with { Restart = amount },
                "partition" when amount <= 3600 => options with { Partition = TimeSpan.FromSeconds(amount) },
                _ => null,
            };
        }

        return options;
    }
}
