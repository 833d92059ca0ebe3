using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ActorP2P.Simulation;

/// <summary>The simulator's switches.</summary>
public static class CommandLine
{
    private const string Usage =
        "usage: --nodes N --seed S [--topology full|line|ring|star|islands|regular] [--degree K] [--senders N] [--messages N] [--payload BYTES]"
        + " [--burst] [--unicasts N] [--seconds V] [--push on|off] [--encryption on|off] [--state-change] [--idle]"
        + " [--faults loss=0.05,kill=0.2,restart=0.1,wipe=0.1,partition=30,oneway=10,delay=10ms,jitter=20ms,slow=0.1,skew=2,liars=0.1] [--profile] [--json]"
        + " | --gates [--seeds 1-3] [--only TEXT] [--small] [--json]";

    private const int MaxNodes = 2000;

    /// <summary>Reads the switches of one run; false with one line that says what to do.</summary>
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

            var read = Flag(options, args[i]);
            if (read is null && i + 1 < args.Count)
            {
                read = Read(options, args[i], args[i + 1]);
                i++;
            }

            if (read is null)
            {
                error = $"'{args[Math.Min(i, args.Count - 1)]}' is not understood; {Usage}";
                options = null;
                return false;
            }

            options = read;
        }

        return true;
    }

    /// <summary>Reads the switches behind <c>--gates</c>.</summary>
    public static bool TryParseGates(IReadOnlyList<string> args, out (int From, int To)? seeds, out string only, out bool smallOnly, out bool json, out string error)
    {
        (seeds, only, smallOnly, json, error) = (null, "", false, false, "");
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] is "--gates" or "--json" or "--small")
            {
                json |= args[i] == "--json";
                smallOnly |= args[i] == "--small";
            }
            else if (i + 1 < args.Count && args[i] == "--only")
            {
                only = args[++i];
            }
            else if (i + 1 < args.Count && args[i] == "--seeds" && TryReadRange(args[i + 1], out var range))
            {
                seeds = range;
                i++;
            }
            else
            {
                error = $"'{args[i]}' is not understood; {Usage}";
                return false;
            }
        }

        return true;
    }

    /// <summary>The command that gives the same run.</summary>
    public static string Replay(IEnumerable<string> args) =>
        "dotnet run -c Release --project tests/ActorP2P.Simulation -- " + string.Join(' ', args);

    private static bool TryReadRange(string text, out (int From, int To) range)
    {
        var parts = text.Split('-');
        range = default;
        if (parts.Length > 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            || !int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var to) || to < from)
        {
            return false;
        }

        range = (from, to);
        return true;
    }

    private static SimulationOptions? Flag(SimulationOptions options, string name) => name switch
    {
        "--burst" => options with { Burst = true },
        "--state-change" => options with { Kind = RunKind.StateChange },
        "--profile" => options with { Profile = true },
        "--idle" => options with { Kind = RunKind.Idle },
        _ => null,
    };

    private static SimulationOptions? Read(SimulationOptions options, string name, string value)
    {
        var number = int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var parsed) ? parsed : -1;
        return name switch
        {
            "--nodes" when number is >= 2 and <= MaxNodes => options with { Nodes = number },
            "--seed" when number >= 0 => options with { Seed = number },
            "--degree" when number >= 2 && number % 2 == 0 => options with { Degree = number, Topology = TopologyKind.Regular },
            "--senders" when number >= 0 => options with { Senders = number },
            "--messages" when number >= 0 => options with { MessagesPerNode = number },
            "--unicasts" when number >= 0 => options with { UnicastsPerNode = number },
            "--payload" when number is >= 0 and <= 32 * 1024 * 1024 => options with { PayloadBytes = number },
            "--seconds" when number > 0 => options with { Duration = TimeSpan.FromSeconds(number) },
            "--topology" when Enum.TryParse<TopologyKind>(value, ignoreCase: true, out var topology) && number < 0 => options with { Topology = topology },
            "--push" when value is "on" or "off" => options with { PushOnChange = value == "on" },
            "--encryption" when value is "on" or "off" => options with { Encryption = value == "on" },
            "--faults" => FaultText.TryParse(value, out var faults) ? options with { Faults = faults } : null,
            _ => null,
        };
    }
}
