using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace ActorP2P.Simulation;

/// <summary>The simulator's switches.</summary>
public static class CommandLine
{
    private const string Usage =
        "usage: --nodes N --seed S [--topology full|line|ring|star|islands|regular] [--degree K] [--senders N] [--messages N] [--payload BYTES]"
        + " [--burst] [--unicasts N] [--requests N] [--talkers N] [--topics N] [--seconds V] [--push on|off] [--encryption on|off] [--state-change|--idle|--everything]"
        + " [--faults loss=0.05,kill=0.2,restart=0.1,wipe=0.1,join=0.1,partition=30,oneway=10,delay=10ms,jitter=20ms,slow=0.1,skew=2,liars=0.1] [--max-wall S] [--profile] [--json]"
        + " | --gates [--small|--large|--huge] [--seeds 1-20] [--only TEXT] [--jobs N] [--minutes M] [--json]";

    private const int MaxNodes = 2000;
    private const int MaxJobs = 64;
    private const int MaxTopics = 100;

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
    public static bool TryParseGates(IReadOnlyList<string> args, out GateSelection selection, out string error)
    {
        (selection, error) = (new GateSelection(null, "", null, 1, false), "");
        for (var i = 0; i < args.Count; i++)
        {
            var value = i + 1 < args.Count ? args[i + 1] : "";
            GateSelection? read = args[i] switch
            {
                "--gates" => selection,
                "--json" => selection with { Json = true },
                "--small" => selection with { Size = GateSize.Small },
                "--large" => selection with { Size = GateSize.Large },
                "--huge" => selection with { Size = GateSize.Huge },
                "--only" => selection with { Only = value },
                "--seeds" when TryReadRange(value, out var range) => selection with { Seeds = range },
                "--jobs" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var jobs) && jobs is >= 1 and <= MaxJobs => selection with { Jobs = jobs },
                "--minutes" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes > 0 => selection with { Within = TimeSpan.FromMinutes(minutes) },
                _ => null,
            };
            if (read is null)
            {
                error = $"'{args[i]}' is not understood; {Usage}";
                return false;
            }

            i += args[i] is "--only" or "--seeds" or "--jobs" or "--minutes" ? 1 : 0;
            selection = read;
        }

        return true;
    }

    /// <summary>The command that gives the same run.</summary>
    public static string Replay(SimulationOptions options)
    {
        var usual = new SimulationOptions();
        var text = new StringBuilder("dotnet run -c Release --project tests/ActorP2P.Simulation --");
        Add("nodes", options.Nodes, -1);
        Add("seed", options.Seed, -1);
        Add("topology", options.Topology, usual.Topology);
        Add("degree", options.Degree, usual.Degree);
        Add("senders", options.Senders, usual.Senders);
        Add("messages", options.MessagesPerNode, usual.MessagesPerNode);
        Add("payload", options.PayloadBytes, usual.PayloadBytes);
        Add("unicasts", options.UnicastsPerNode, usual.UnicastsPerNode);
        Add("requests", options.RequestsPerNode, usual.RequestsPerNode);
        Add("talkers", options.Talkers, usual.Talkers);
        Add("topics", options.Topics, usual.Topics);
        Add("seconds", (int)options.Duration.TotalSeconds, (int)usual.Duration.TotalSeconds);
        Add("push", options.PushOnChange ? "on" : "off", "on");
        Add("encryption", options.Encryption ? "on" : "off", "on");
        Add("faults", FaultText.Of(options.Faults), "");
        text.Append(options.Burst ? " --burst" : "");
        text.Append(options.Kind switch { RunKind.StateChange => " --state-change", RunKind.Idle => " --idle", RunKind.Everything => " --everything", _ => "" });
        return text.ToString();

        void Add<T>(string name, T value, T unless)
        {
            if (!EqualityComparer<T>.Default.Equals(value, unless))
            {
                text.Append(CultureInfo.InvariantCulture, $" --{name} {value}");
            }
        }
    }

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
        "--everything" => options with { Kind = RunKind.Everything },
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
            "--requests" when number >= 0 => options with { RequestsPerNode = number },
            "--talkers" when number >= 0 => options with { Talkers = number },
            "--topics" when number is >= 0 and <= MaxTopics => options with { Topics = number },
            "--payload" when number is >= 0 and <= 32 * 1024 * 1024 => options with { PayloadBytes = number },
            "--seconds" when number > 0 => options with { Duration = TimeSpan.FromSeconds(number) },
            "--max-wall" when number > 0 => options with { MaxWall = TimeSpan.FromSeconds(number) },
            "--topology" when Enum.TryParse<TopologyKind>(value, ignoreCase: true, out var topology) && number < 0 => options with { Topology = topology },
            "--push" when value is "on" or "off" => options with { PushOnChange = value == "on" },
            "--encryption" when value is "on" or "off" => options with { Encryption = value == "on" },
            "--faults" => FaultText.TryParse(value, out var faults) ? options with { Faults = faults } : null,
            _ => null,
        };
    }
}
