using System.CommandLine;
using System.Net;
using System.Text.Json;
using ActorP2P.Program.Provisioning;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Program.Commands;

/// <summary><c>cert issue</c>: key, certificate and root of one more node.</summary>
internal static class CertIssueCommand
{
    private const int MaxDays = 3650;
    private const int MaxNameLength = 64;

    public static Command Create()
    {
        var authority = new AuthorityOptions();
        var name = new Option<string>("--name") { Description = "Common name of the node.", Required = true };
        var host = new Option<string[]>("--host") { Description = "DNS name or IP address of the node for TLS, several allowed; loopback is always in." };
        var days = OptionRules.Number("--days", "Days of validity, and no longer than the CA's", 365, 1, MaxDays);
        var output = new Option<string>("--out") { Description = "Directory for node.key, node.crt, ca.crt and node.nodeid; none of them may exist.", Required = true, HelpName = "DIR" };
        var json = OptionRules.Json();
        var command = new Command("issue", "Makes a key and a certificate for a node, signed by a CA or an agency.") { name, host, days, output, json };
        authority.AddTo(command);
        command.SetAction((parsed, _) => RunAsync(
            parsed,
            authority,
            new Choice(parsed.GetValue(name)!, parsed.GetValue(host) ?? [], parsed.GetValue(days), parsed.GetValue(output)!, parsed.GetValue(json))));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, AuthorityOptions authority, Choice choice)
    {
        if (Problem(choice) is { } wrong)
        {
            return await CommandLine.FailAsync(ExitCodes.WrongUsage, wrong);
        }

        if (!authority.TryOpen(parsed, out var issuer, out var problem))
        {
            return await CommandLine.FailAsync(ExitCodes.Failed, problem);
        }

        using (issuer)
        {
            var now = TimeProvider.System.GetUtcNow();
            if (issuer.NotAfter <= now)
            {
                return await CommandLine.FailAsync(ExitCodes.Failed, $"the CA's certificate ended on {issuer.NotAfter.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
            }

            var validity = Validity.FromNow(now, choice.Days).Until(issuer.NotAfter);
            var node = issuer.IssueNode(new NodeCertificateRequest(choice.Name, choice.Hosts, validity), SystemRandomSource.Instance);
            try
            {
                Write(choice.Directory, node);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return await CommandLine.FailAsync(ExitCodes.Failed, exception.Message);
            }

            Print(node, choice);
            return ExitCodes.Done;
        }
    }

    private static string? Problem(Choice choice)
    {
        if (choice.Name.Length is 0 or > MaxNameLength || choice.Name.Any(char.IsControl))
        {
            return $"--name has 1 to {MaxNameLength} characters.";
        }

        var bad = choice.Hosts.FirstOrDefault(static h => !IPAddress.TryParse(h, out _) && Uri.CheckHostName(h) != UriHostNameType.Dns);
        return bad is null ? null : $"--host {bad} is neither a DNS name nor an IP address.";
    }

    private static void Write(string directory, IssuedNode node)
    {
        foreach (var file in new[] { "node.key", "node.crt", "ca.crt", "node.nodeid" }.Select(file => Path.Combine(directory, file)).Where(File.Exists))
        {
            throw new IOException($"{file} exists: name another directory");
        }

        OutputFiles.WriteNew(Path.Combine(directory, "node.key"), node.KeyPem, secret: true);
        OutputFiles.WriteNew(Path.Combine(directory, "node.crt"), node.ChainPem);
        OutputFiles.WriteNew(Path.Combine(directory, "ca.crt"), node.CaPem);
        OutputFiles.WriteNew(Path.Combine(directory, "node.nodeid"), node.Id + "\n");
    }

    private static void Print(IssuedNode node, Choice choice)
    {
        var (id, directory) = (node.Id.ToString(), Path.GetFullPath(choice.Directory));
        var summary = CertificateSummary.OfLeaf(node.ChainPem);
        if (choice.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { NodeId = id, Directory = directory, Certificate = summary }, CertificateSummary.Json));
            return;
        }

        Console.WriteLine($"node ID      {id}");
        Console.WriteLine($"serial       {summary.Serial}");
        Console.WriteLine($"valid        {summary.NotBefore:yyyy-MM-dd HH:mm} to {summary.NotAfter:yyyy-MM-dd HH:mm} UTC");
        Console.WriteLine($"files        {directory}");
    }

    private sealed record Choice(string Name, string[] Hosts, int Days, string Directory, bool Json);
}
