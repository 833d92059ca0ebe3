using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace ActorP2P.Program.Commands;

/// <summary>What the <c>cert</c> commands say of one certificate; in JSON with names in kebab-case.</summary>
/// <param name="Subject">Distinguished name.</param>
/// <param name="Issuer">Distinguished name.</param>
/// <param name="Serial">Lower-case hex.</param>
/// <param name="NotBefore">UTC.</param>
/// <param name="NotAfter">UTC.</param>
internal sealed record CertificateSummary(string Subject, string Issuer, string Serial, DateTime NotBefore, DateTime NotAfter)
{
    /// <summary>How all <c>cert</c> commands write JSON.</summary>
    public static JsonSerializerOptions Json { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower, WriteIndented = true };

    public static CertificateSummary Of(X509Certificate2 certificate) => new(
        certificate.Subject,
        certificate.Issuer,
        certificate.SerialNumber.ToLowerInvariant(),
        certificate.NotBefore.ToUniversalTime(),
        certificate.NotAfter.ToUniversalTime());

    /// <summary>Of the first certificate of a chain that was issued here.</summary>
    public static CertificateSummary OfLeaf(string chainPem)
    {
        using var leaf = X509Certificate2.CreateFromPem(chainPem);
        return Of(leaf);
    }
}
