using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ActorP2P.Program.Provisioning;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Program.Commands;

/// <summary><c>cert renew</c>: a new certificate for a node's old key, so that the node ID stays; or with a new key, and so another ID.</summary>
internal static class CertRenewCommand
{
    private const int MaxDays = 3650;

    public static Command Create()
    {
        var authority = new AuthorityOptions();
        var certificate = new Option<string>("--cert") { Description = "The node's certificate file, which this CA issued. Its key stays with the node.", Required = true, HelpName = "FILE" };
        var days = OptionRules.Number("--days", "Days of validity, and no longer than the CA's", 365, 1, MaxDays);
        var output = new Option<string?>("--out") { Description = "Where the new file goes. Left out: in place of the old one.", HelpName = "FILE" };
        var newKey = new Option<string?>("--new-key")
        {
            Description = "Make a new key too, in this file, which must not exist: the node gets another ID. Needs --out; put both files in place together.",
            HelpName = "FILE",
        };
        var json = OptionRules.Json();
        var command = new Command("renew", "Makes a new certificate for the same key, so that the node keeps its ID; or a new key with it.") { certificate, days, output, newKey, json };
        authority.AddTo(command);
        command.SetAction((parsed, _) => RunAsync(
            parsed,
            authority,
            new Choice(parsed.GetValue(certificate)!, parsed.GetValue(days), parsed.GetValue(output), parsed.GetValue(newKey), parsed.GetValue(json))));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, AuthorityOptions authority, Choice choice)
    {
        if (choice is { NewKey: not null, Out: null })
        {
            return await CommandLine.FailAsync(ExitCodes.WrongUsage, "--new-key needs --out: beside the old key the new certificate would fit to nothing.");
        }

        var file = choice.Certificate;
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

            var validity = Validity.FromNow(now, choice.Days).Until(issuer.NotAfter);
            if (!TryMake(issuer, old, validity, choice.NewKey is not null, out var made, out var reason))
            {
                return await CommandLine.FailAsync(ExitCodes.Failed, $"{file}: {reason}");
            }

            var target = choice.Out ?? file;
            try
            {
                if (choice.NewKey is { } keyFile)
                {
                    OutputFiles.WriteNew(keyFile, made.KeyPem!, secret: true);
                }

                OutputFiles.Replace(target, made.ChainPem);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return await CommandLine.FailAsync(ExitCodes.Failed, exception.Message);
            }

            Print(Path.GetFullPath(target), made, choice);
            return ExitCodes.Done;
        }
    }

    private static bool TryMake(CertificateIssuer issuer, CertificateChain old, Validity validity, bool withKey, [NotNullWhen(true)] out Made? made, out string reason)
    {
        made = null;
        if (withKey)
        {
            made = issuer.TryReplaceKey(old, validity, SystemRandomSource.Instance, out var node, out reason) ? new Made(node.ChainPem, node.KeyPem, node.Id) : null;
        }
        else if (issuer.TryRenew(old, validity, SystemRandomSource.Instance, out var chainPem, out reason))
        {
            made = new Made(chainPem, null, null);
        }

        return made is not null;
    }

    private static void Print(string file, Made made, Choice choice)
    {
        var summary = CertificateSummary.OfLeaf(made.ChainPem);
        if (choice.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { File = file, NodeId = made.Id?.ToString(), Certificate = summary }, CertificateSummary.Json));
            return;
        }

        if (made.Id is not null)
        {
            Console.WriteLine($"node ID      {made.Id}");
            Console.WriteLine($"key          {Path.GetFullPath(choice.NewKey!)}");
        }

        Console.WriteLine($"serial       {summary.Serial}");
        Console.WriteLine($"valid        {summary.NotBefore:yyyy-MM-dd HH:mm} to {summary.NotAfter:yyyy-MM-dd HH:mm} UTC");
        Console.WriteLine($"file         {file}");
    }

    private sealed record Choice(string Certificate, int Days, string? Out, string? NewKey, bool Json);

    // A class, because a record would print its members, the key among them.
    private sealed class Made(string chainPem, string? keyPem, NodeId? id)
    {
        public string ChainPem => chainPem;

        public string? KeyPem => keyPem;

        public NodeId? Id => id;
    }
}
