using System.CommandLine;

namespace ActorP2P.Program.Commands;

/// <summary><c>node check</c>: everything that would keep a node from starting, without starting it.</summary>
internal static class NodeCheckCommand
{
    public static Command Create()
    {
        var config = OptionRules.ConfigFile();
        var command = new Command("check", "Checks a node's configuration, keys and certificates; prints every error with its path.") { config };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(config)!));
        return command;
    }

    private static async Task<int> RunAsync(string file)
    {
        var read = SettingsReader.ReadFile(file);
        if (!read.IsValid)
        {
            return await ReportAsync(file, read.Errors);
        }

        var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var now = TimeProvider.System.GetUtcNow();
        if (!NodeFiles.TryLoad(read.Settings, directory, now, Environment.GetEnvironmentVariable, out var files, out var errors))
        {
            return await ReportAsync(file, errors);
        }

        using (files)
        {
            foreach (var warning in files.Warnings)
            {
                await Console.Error.WriteLineAsync($"warning: {warning}");
            }

            Console.WriteLine($"{file} is valid: node {files.Identity.Id}");
            Console.WriteLine($"certificate until {files.Identity.NotAfter.UtcDateTime:yyyy-MM-dd HH:mm} UTC, {read.Settings.Namespaces.Count} namespaces, {read.Settings.Network.Peers.Count} peers");
            return ExitCodes.Done;
        }
    }

    private static async Task<int> ReportAsync(string file, IReadOnlyList<SettingsError> errors)
    {
        foreach (var error in errors)
        {
            await Console.Error.WriteLineAsync(error.ToString());
        }

        return await CommandLine.FailAsync(ExitCodes.Failed, $"{file} has {errors.Count} error{(errors.Count == 1 ? "" : "s")}: correct {(errors.Count == 1 ? "it" : "them")} and check again");
    }
}
