using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ActorP2P.Program.Provisioning;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Transport;

namespace ActorP2P.Program.Commands;

/// <summary><c>cert revoke</c>: writes or extends a CA's revocation list.</summary>
internal static class CertRevokeCommand
{
    private const int MaxDays = 365;

    private static readonly Dictionary<string, X509RevocationReason> Reasons = new(StringComparer.Ordinal)
    {
        ["unspecified"] = X509RevocationReason.Unspecified,
        ["key-compromise"] = X509RevocationReason.KeyCompromise,
        ["ca-compromise"] = X509RevocationReason.CACompromise,
        ["affiliation-changed"] = X509RevocationReason.AffiliationChanged,
        ["superseded"] = X509RevocationReason.Superseded,
        ["cessation-of-operation"] = X509RevocationReason.CessationOfOperation,
        ["privilege-withdrawn"] = X509RevocationReason.PrivilegeWithdrawn,
    };

    public static Command Create()
    {
        var authority = new AuthorityOptions();
        var certificates = new Option<string[]>("--cert") { Description = "File of a certificate to revoke, which this CA issued; several allowed.", HelpName = "FILE" };
        var serials = new Option<string[]>("--serial") { Description = "Serial number to revoke, hex as 'cert inspect' shows it; several allowed.", HelpName = "HEX" };
        var reason = new Option<string>("--reason") { Description = "Why.", DefaultValueFactory = static _ => "unspecified" };
        reason.AcceptOnlyFromAmong([.. Reasons.Keys]);
        var list = new Option<string>("--crl") { Description = "The revocation list, PEM: extended in place, made when it is absent.", Required = true, HelpName = "FILE" };
        var days = OptionRules.Number("--days", "Days until the next list is due at the latest", 30, 1, MaxDays);
        var json = OptionRules.Json();
        var command = new Command("revoke", "Adds certificates to a CA's revocation list. With neither --cert nor --serial the list is only renewed.")
        {
            certificates, serials, reason, list, days, json,
        };
        authority.AddTo(command);
        command.SetAction((parsed, _) => RunAsync(
            parsed,
            authority,
            new Choice(
                parsed.GetValue(certificates) ?? [],
                parsed.GetValue(serials) ?? [],
                Reasons[parsed.GetValue(reason)!],
                parsed.GetValue(list)!,
                parsed.GetValue(days),
                parsed.GetValue(json))));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, AuthorityOptions authority, Choice choice)
    {
        if (!TryReadSerials(choice, out var revoked, out var wrong))
        {
            return await CommandLine.FailAsync(ExitCodes.WrongUsage, wrong);
        }

        string? current = null;
        if (File.Exists(choice.List) && !PemFiles.TryRead(choice.List, PemFiles.MaxFileBytes, out current, out _, out var detail))
        {
            return await CommandLine.FailAsync(ExitCodes.Failed, detail!);
        }

        if (!authority.TryOpen(parsed, out var issuer, out var problem))
        {
            return await CommandLine.FailAsync(ExitCodes.Failed, problem);
        }

        using (issuer)
        {
            var now = TimeProvider.System.GetUtcNow();
            if (!TryAddCertificates(issuer, choice, revoked, out problem)
                || !RevocationListIssuer.TryIssue(issuer, current, revoked, now, now.AddDays(choice.Days), out var list, out problem))
            {
                return await CommandLine.FailAsync(ExitCodes.Failed, problem);
            }

            try
            {
                OutputFiles.Replace(choice.List, list.Pem);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return await CommandLine.FailAsync(ExitCodes.Failed, exception.Message);
            }

            Print(choice, list);
            return ExitCodes.Done;
        }
    }

    private static bool TryReadSerials(Choice choice, out List<RevokedCertificate> revoked, [NotNullWhen(false)] out string? problem)
    {
        revoked = [];
        problem = null;
        foreach (var hex in choice.Serials)
        {
            // 'cert inspect' shows whole bytes, a leading zero of a high first bit included.
            var isHex = hex.Length is > 0 and <= 2 * RevocationListIssuer.MaxSerialBytes && hex.Length % 2 == 0 && hex.All(char.IsAsciiHexDigit);
            if (!isHex)
            {
                problem = $"--serial {hex} is not a serial number in hex, whole bytes and at most {RevocationListIssuer.MaxSerialBytes} of them.";
                return false;
            }

            revoked.Add(new RevokedCertificate(Convert.FromHexString(hex), choice.Reason));
        }

        return true;
    }

    private static bool TryAddCertificates(CertificateIssuer issuer, Choice choice, List<RevokedCertificate> revoked, out string problem)
    {
        problem = "";
        foreach (var file in choice.Certificates)
        {
            if (!AuthorityOptions.TryReadChain(file, out var chain, out problem))
            {
                return false;
            }

            if (!issuer.TryGetSerial(chain, out var serial, out var reason))
            {
                problem = $"{file}: {reason}";
                return false;
            }

            revoked.Add(new RevokedCertificate(serial, choice.Reason));
        }

        return true;
    }

    private static void Print(Choice choice, IssuedRevocationList issued)
    {
        var list = issued.List;
        if (choice.Json)
        {
            var fields = new
            {
                File = Path.GetFullPath(choice.List),
                Number = list.Number.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ThisUpdate = list.ThisUpdate.UtcDateTime,
                NextUpdate = list.NextUpdate.UtcDateTime,
                Revoked = list.Count,
                issued.Added,
            };
            Console.WriteLine(JsonSerializer.Serialize(fields, CertificateSummary.Json));
            return;
        }

        Console.WriteLine($"list         {list.Number}, {list.Count} certificate{(list.Count == 1 ? "" : "s")}");
        foreach (var serial in issued.Added)
        {
            Console.WriteLine($"  added      {serial}");
        }

        Console.WriteLine($"next update  {list.NextUpdate.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        Console.WriteLine($"file         {Path.GetFullPath(choice.List)}");
    }

    private sealed record Choice(string[] Certificates, string[] Serials, X509RevocationReason Reason, string List, int Days, bool Json);
}
