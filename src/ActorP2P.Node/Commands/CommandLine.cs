using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace ActorP2P.Program.Commands;

/// <summary>The tree of commands, and the rules that hold for all of them: one line an error, three exit codes.</summary>
public static class CommandLine
{
    /// <summary>The program's name in messages.</summary>
    public const string Name = "actorp2p";

    /// <summary>Parses and runs.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Build().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            var path = string.Join(' ', PathOf(parsed.CommandResult));
            return await FailAsync(ExitCodes.WrongUsage, $"{parsed.Errors[0].Message.ReplaceLineEndings(" ")} See '{path} --help'.");
        }

        // Signals are the commands' own matter: a node leaves its network in order, the demo ends its children.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    /// <summary>Says in one line on standard error what to do, and answers the code.</summary>
    public static async Task<int> FailAsync(int code, string message)
    {
        await Console.Error.WriteLineAsync($"{Name}: {message}");
        return code;
    }

    // No RootCommand: it takes its name from the file that runs, which is the assembly's and not the tool's.
    private static Command Build()
    {
        var program = CreateProgram();
        foreach (var command in InspectCommands.Create())
        {
            program.Subcommands.Add(command);
        }

        return program;
    }

    private static Command CreateProgram() => new(Name, "A P2P node for permissioned networks.")
    {
        new HelpOption(),
        new VersionOption(),
        DemoCommand.Create(),
        DemoNodeCommand.Create(),
        new Command("net", "Networks: keys, certificates and configuration for many nodes.") { NetInitCommand.Create() },
        new Command("node", "One node.") { NodeRunCommand.Create(), NodeCheckCommand.Create() },
        new Command("cert", "Certificates.")
        {
            CertInspectCommand.Create(), CertIssueCommand.Create(), CertRenewCommand.Create(), CertRevokeCommand.Create(),
        },
    };

    private static IEnumerable<string> PathOf(CommandResult result)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = result; at is CommandResult command; at = at.Parent)
        {
            names.Push(command.Command.Name);
        }

        return names;
    }
}
