using System.CommandLine;
using System.Text.Json;
using ActorP2P.Program.Provisioning;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Program.Commands;

/// <summary><c>cert renew</c>: a new certificate for a node's old key; the node ID stays.</summary>
internal static class CertRenewCommand
{
    private const int MaxDays = 3650;

    public static Command Create()
    {
        var authority = new AuthorityOptions();
        var certificate = new Option<string>("--cert") { Description = "The node's certificate file, which this CA issued. Its key stays with the node.", Required = true, HelpName = "FILE" };
        var days = OptionRules.Number("--days", "Days of validity, and no longer than the CA's", 365, 1, MaxDays);
        var output = new Option<string?>("--out") { Description = "Where the new file goes. Left out: in place of the old one.", HelpName = "FILE" };
        var json = OptionRules.Json();
        var command = new Command("renew", "Makes a new certificate for the same key, so that the node keeps its ID.") { certificate, days, output, json };
        authority.AddTo(command);
        command.SetAction((parsed, _) => RunAsync(
            parsed, authority, parsed.GetValue(certificate)!, parsed.GetValue(days), parsed.GetValue(output) ?? parsed.GetValue(certificate)!, parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, AuthorityOptions authority, string file, int days, string target, bool json)
    {
        if (!AuthorityOptions.TryReadChain(file, out var old, out var problem) || !authority.TryOpen(parsed, out var issuer, out problem))
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

            if (!issuer.TryRenew(old, Validity.FromNow(now, days).Until(issuer.NotAfter), SystemRandomSource.Instance, out var chainPem, out var reason))
            {
                return await CommandLine.FailAsync(ExitCodes.Failed, $"{file}: {reason}");
            }

            try
            {
                OutputFiles.Replace(target, chainPem);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return await CommandLine.FailAsync(ExitCodes.Failed, exception.Message);
            }

            Print(Path.GetFullPath(target), CertificateSummary.OfLeaf(chainPem), json);
            return ExitCodes.Done;
        }
    }

    private static void Print(string file, CertificateSummary summary, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { File = file, Certificate = summary }, CertificateSummary.Json));
            return;
        }

        Console.WriteLine($"serial       {summary.Serial}");
        Console.WriteLine($"valid        {summary.NotBefore:yyyy-MM-dd HH:mm} to {summary.NotAfter:yyyy-MM-dd HH:mm} UTC");
        Console.WriteLine($"file         {file}");
    }
}
