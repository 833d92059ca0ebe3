using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ActorP2P.Program.Provisioning;
using ActorP2P.Protocol.Identity;
using ActorP2P.Transport;

namespace ActorP2P.Program.Commands;

/// <summary><c>cert inspect</c>: what a certificate file says, and with <c>--ca</c> what it proves.</summary>
internal static class CertInspectCommand
{
    private static readonly ChainLimits Limits = new(MaxCertificates: 16, MaxBytes: PemFiles.MaxFileBytes);

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "PEM file: the leaf first, then its issuers." };
        var ca = new Option<string?>("--ca") { Description = "PEM file of roots to validate against.", HelpName = "FILE" };
        var json = OptionRules.Json();
        var command = new Command("inspect", "Prints the node ID and the chain of a certificate file.") { file, ca, json };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(file)!, parsed.GetValue(ca), parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(string file, string? caFile, bool json)
    {
        if (!PemFiles.TryRead(file, PemFiles.MaxFileBytes, out var pem, out _, out var detail))
        {
            return await CommandLine.FailAsync(ExitCodes.Failed, detail);
        }

        string? caPem = null;
        if (caFile is not null && !PemFiles.TryRead(caFile, PemFiles.MaxFileBytes, out caPem, out _, out detail))
        {
            return await CommandLine.FailAsync(ExitCodes.Failed, detail);
        }

        if (!CertificateChain.TryParsePem(pem, Limits, out var chain, out var reason))
        {
            return await CommandLine.FailAsync(ExitCodes.Failed, $"{file}: {reason}");
        }

        var certificates = new List<X509Certificate2>();
        try
        {
            certificates.AddRange(chain.Certificates.Select(static der => X509CertificateLoader.LoadCertificate(der.Span)));
            return await PrintAsync(file, Describe(certificates, chain, caPem), json);
        }
        catch (CryptographicException)
        {
            return await CommandLine.FailAsync(ExitCodes.Failed, $"{file}: holds a block that is no X.509 certificate");
        }
        finally
        {
            certificates.ForEach(static c => c.Dispose());
        }
    }

    private static Description Describe(List<X509Certificate2> certificates, CertificateChain chain, string? caPem)
    {
        var (curve, id) = KnownAlgorithms.FindIdentity(certificates[0]);
        var verdict = caPem is null ? null : Validate(chain, caPem, curve);
        return new Description(
            id?.ToString(),
            id is null ? null : NodeLabel.Of(id),
            curve?.Name,
            Convert.ToHexStringLower(chain.LeafHash),
            [.. certificates.Select(CertificateSummary.Of)],
            verdict);
    }

    private static string Validate(CertificateChain chain, string caPem, IdentityCurve? curve)
    {
        if (curve is null)
        {
            return $"refused: {CertificateRefusal.NotEllipticCurve} (the key lies on no identity curve)";
        }

        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPem(caPem);
        }
        catch (CryptographicException)
        {
            return "refused: the file of --ca holds a block that is no X.509 certificate";
        }

        if (roots.Count == 0)
        {
            return "refused: the file of --ca holds no certificate";
        }

        var validator = new CertificateValidator([.. roots], curve, MembershipLists.Open, Limits);
        return validator.Validate(chain, TimeProvider.System.GetUtcNow()) switch
        {
            CertificateVerdict.Accepted accepted => $"valid until {accepted.NotAfter.UtcDateTime:yyyy-MM-dd HH:mm} UTC",
            CertificateVerdict.Refused refused => $"refused: {refused.Reason} ({refused.Detail})",
            _ => "refused",
        };
    }

    private static async Task<int> PrintAsync(string file, Description description, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(description, CertificateSummary.Json));
        }
        else
        {
            Console.WriteLine($"node ID      {description.NodeId ?? "none: the key lies on no identity curve"}");
            Console.WriteLine($"label        {description.Label ?? "-"}");
            Console.WriteLine($"curve        {description.Curve ?? "-"}");
            Console.WriteLine($"sha256       {description.Sha256}");
            foreach (var certificate in description.Chain)
            {
                Console.WriteLine($"subject      {certificate.Subject}");
                Console.WriteLine($"  issuer     {certificate.Issuer}");
                Console.WriteLine($"  serial     {certificate.Serial}");
                Console.WriteLine($"  valid      {certificate.NotBefore:yyyy-MM-dd HH:mm} to {certificate.NotAfter:yyyy-MM-dd HH:mm} UTC");
            }

            if (description.Verdict is { } verdict)
            {
                Console.WriteLine($"verdict      {verdict}");
            }
        }

        return description.Verdict is { } refused && refused.StartsWith("refused", StringComparison.Ordinal)
            ? await CommandLine.FailAsync(ExitCodes.Failed, $"{file}: {refused}")
            : ExitCodes.Done;
    }

    private sealed record Description(string? NodeId, string? Label, string? Curve, string Sha256, IReadOnlyList<CertificateSummary> Chain, string? Verdict);
}
