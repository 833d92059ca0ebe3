using System.CommandLine;
using ActorP2P.Program.Admin;

namespace ActorP2P.Program.Commands;

/// <summary>Which node a command asks, and how it answers.</summary>
internal sealed class AdminOptions
{
    private readonly Option<string?> _config = new("--config") { Description = "The node's HOCON file.", HelpName = "FILE" };
    private readonly Option<string?> _socket = new("--socket") { Description = "The node's admin socket, when it is not where the file says.", HelpName = "PATH" };
    private readonly Option<string?> _namespace = new("--namespace") { Description = "This namespace only.", HelpName = "NAME" };
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON, one object a line." };

    /// <summary>A command that has them.</summary>
    public Command CreateCommand(string name, string description, bool hasNamespace = true)
    {
        var command = new Command(name, description) { _config, _socket, _json };
        if (hasNamespace)
        {
            command.Options.Add(_namespace);
        }

        command.Validators.Add(result =>
        {
            if (result.GetResult(_config) is null == result.GetResult(_socket) is null)
            {
                result.AddError("Name the node by --config FILE or by --socket PATH.");
            }
        });
        return command;
    }

    /// <summary>True when programs read the output.</summary>
    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>The request that the command line makes.</summary>
    public AdminRequest Request(ParseResult parsed, AdminRequestKind kind, bool follow = false) => new(kind, parsed.GetValue(_namespace), follow);

    /// <summary>Connects to the node.</summary>
    /// <returns>The connection, or one line on why there is none.</returns>
    public async Task<(AdminClient? Client, string? Problem)> ConnectAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(_socket) is { } socket)
        {
            return await AdminClient.ConnectAsync(Path.GetFullPath(socket), cancellation);
        }

        var file = parsed.GetValue(_config)!;
        var read = SettingsReader.ReadFile(file);
        if (!read.IsValid)
        {
            return (null, $"{read.Errors[0]}; see '{CommandLine.Name} node check --config {file}'");
        }

        return read.Settings.Admin.Enabled
            ? await AdminClient.ConnectAsync(AdminSocket.PathOf(read.Settings, Path.GetDirectoryName(Path.GetFullPath(file))!), cancellation)
            : (null, $"{file} turns the endpoint off: set actorp2p.admin.enabled = on and start the node again");
    }
}
