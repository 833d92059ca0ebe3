using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Program.Provisioning;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Transport;

namespace ActorP2P.Program.Commands;

/// <summary>The options that name a CA, which several <c>cert</c> commands share, and how it is opened.</summary>
internal sealed class AuthorityOptions
{
    private static readonly ChainLimits Limits = new(MaxCertificates: 16, MaxBytes: PemFiles.MaxFileBytes);

    private readonly Option<string> _key = new("--ca-key") { Description = "The CA's private key, PEM.", Required = true, HelpName = "FILE" };

    private readonly Option<string> _certificate = new("--ca-cert")
    {
        Description = "The CA's certificate, PEM; below it in the file those between it and the root.",
        Required = true,
        HelpName = "FILE",
    };

    private readonly Option<string?> _root = new("--root") { Description = "The root above the CA, PEM. Left out when the CA is the root.", HelpName = "FILE" };

    private readonly Option<string> _password = new("--ca-password-variable")
    {
        Description = "Environment variable with the password of an encrypted CA key.",
        DefaultValueFactory = static _ => "ACTORP2P_CA_KEY_PASSWORD",
        HelpName = "NAME",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_key);
        command.Add(_certificate);
        command.Add(_root);
        command.Add(_password);
    }

    /// <summary>Reads the CA's files; its certificate's key says on which curve it is.</summary>
    public bool TryOpen(ParseResult parsed, [NotNullWhen(true)] out CertificateIssuer? issuer, out string problem)
    {
        issuer = null;
        var certificateFile = parsed.GetValue(_certificate)!;
        var keyFile = parsed.GetValue(_key)!;
        if (!PemFiles.TryRead(keyFile, PemFiles.MaxFileBytes, out var keyPem, out _, out problem!)
            || !TryReadChain(certificateFile, out var chain, out problem))
        {
            return false;
        }

        var rootFile = parsed.GetValue(_root);
        if (!TryReadChain(rootFile ?? certificateFile, out var root, out problem))
        {
            return false;
        }

        if (!TryFindCurve(chain, rootFile is null, certificateFile, out var curve, out problem))
        {
            return false;
        }

        var password = Environment.GetEnvironmentVariable(parsed.GetValue(_password)!);
        if (CertificateIssuer.TryLoad(curve, keyPem!, password, chain.ToPem(), root.ToPem(), out issuer, out var reason))
        {
            return true;
        }

        problem = $"{keyFile} and {certificateFile}: {reason}";
        return false;
    }

    /// <summary>Reads a PEM file of certificates.</summary>
    public static bool TryReadChain(string file, [NotNullWhen(true)] out CertificateChain? chain, out string problem)
    {
        chain = null;
        if (!PemFiles.TryRead(file, PemFiles.MaxFileBytes, out var pem, out _, out var detail))
        {
            problem = detail!;
            return false;
        }

        if (CertificateChain.TryParsePem(pem, Limits, out chain, out var reason))
        {
            problem = "";
            return true;
        }

        problem = $"{file}: {reason}";
        return false;
    }

    private static bool TryFindCurve(CertificateChain chain, bool mustBeRoot, string file, [NotNullWhen(true)] out IdentityCurve? curve, out string problem)
    {
        curve = null;
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(chain.Certificates[0].Span);
            curve = KnownAlgorithms.FindIdentity(certificate).Curve;
            var isRoot = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
            problem = curve is null ? $"{file}: the key lies on no identity curve"
                : mustBeRoot && !isRoot ? $"{file}: not a root: name the root above it with --root"
                : "";
        }
        catch (CryptographicException)
        {
            problem = $"{file}: holds a block that is no X.509 certificate";
        }

        return problem.Length == 0 && curve is not null;
    }
}
