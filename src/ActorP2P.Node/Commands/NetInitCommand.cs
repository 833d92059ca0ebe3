using System.CommandLine;
using System.Globalization;
using ActorP2P.Program.Provisioning;

namespace ActorP2P.Program.Commands;

/// <summary><c>net init</c>: keys, certificates and configuration of a new network.</summary>
internal static class NetInitCommand
{
    private const int MaxNodes = 1000;
    private const int NodeDays = 365;

    // Namespaces to begin with; a network edits network.conf to its own.
    private const string StarterNamespaces = "actorp2p.namespaces { consensus {}, sync {} }\n";

    public static Command Create()
    {
        var nodes = OptionRules.Number("--nodes", "Number of nodes", 4, 1, MaxNodes);
        var output = new Option<string>("--out") { Description = "Directory to make; must be absent or empty.", Required = true, HelpName = "DIR" };
        var host = new Option<string>("--host") { Description = "Host that all nodes listen on.", DefaultValueFactory = static _ => "127.0.0.1" };
        var port = OptionRules.Number("--port", "Port of the first node; the others follow", 30300, 1, 65535);
        var agency = new Option<string>("--agency") { Description = "Name of the agency below the CA.", DefaultValueFactory = static _ => "agency" };
        var network = new Option<string>("--network") { Description = "Name of the network.", DefaultValueFactory = static _ => "actorp2p" };
        var curve = OptionRules.Curve();
        var suites = new Option<string[]>("--suite")
        {
            Description = $"Cipher suite, several in order of preference: {KnownAlgorithms.SuiteNames}. Left out: the program's own order, and sm4-gcm for sm2.",
        };
        var command = new Command("init", "Makes a CA, an agency and nodes with certificates and a HOCON file each, ready to start.")
        {
            nodes, output, host, port, agency, network, curve, suites,
        };
        command.SetAction((parsed, _) => RunAsync(
            new Choice(
                parsed.GetValue(nodes),
                parsed.GetValue(output)!,
                parsed.GetValue(host)!,
                parsed.GetValue(port),
                parsed.GetValue(agency)!,
                parsed.GetValue(network)!,
                parsed.GetValue(curve)!,
                parsed.GetValue(suites) ?? [])));
        return command;
    }

    private static async Task<int> RunAsync(Choice choice)
    {
        if (!KnownAlgorithms.TryFindCurve(choice.Curve, out var curve, out var unknown) || (unknown = choice.Suites.Select(KnownAlgorithms.ProblemOfSuite).FirstOrDefault(static p => p is not null)) is not null)
        {
            return await CommandLine.FailAsync(ExitCodes.WrongUsage, unknown);
        }

        var endpoints = Enumerable.Range(0, choice.Nodes).Select(choice.EndpointOf).ToList();
        if (endpoints.Select(EndpointSyntax.ProblemOfDialled).FirstOrDefault(static p => p is not null) is { } problem)
        {
            return await CommandLine.FailAsync(ExitCodes.WrongUsage, $"--host and --port: {problem}.");
        }

        try
        {
            var request = new NetworkRequest(choice.Network, choice.Directory, choice.Agency, curve, choice.Suites, endpoints, StarterNamespaces, NodeDays);
            var made = NetworkFiles.Create(request, TimeProvider.System.GetUtcNow(), SystemRandomSource.Instance);
            foreach (var node in made)
            {
                Console.WriteLine($"node{node.Index} {node.Endpoint} {node.Id}");
            }

            Console.WriteLine($"{made.Count} nodes under {Path.GetFullPath(choice.Directory)}; keep ca/ away from the nodes");
            Console.WriteLine($"start one with: {CommandLine.Name} node run --config {made[0].ConfigFile}");
            return ExitCodes.Done;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return await CommandLine.FailAsync(ExitCodes.Failed, exception.Message);
        }
    }

    private sealed record Choice(int Nodes, string Directory, string Host, int Port, string Agency, string Network, string Curve, string[] Suites)
    {
        public string EndpointOf(int index)
        {
            var host = Host.Contains(':', StringComparison.Ordinal) && !Host.StartsWith('[') ? $"[{Host}]" : Host;
            return string.Create(CultureInfo.InvariantCulture, $"{host}:{Port + index}");
        }
    }
}
