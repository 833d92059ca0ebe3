using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Protocol.Identity.Issuing;

/// <summary>
/// An identity key that can also be a CA's, and be written to a file. A plug-in's curve whose keys implement it can
/// issue certificates and revocation lists through <see cref="CertificateIssuer"/>.
/// </summary>
public interface IIssuingKey : INodeKey
{
    /// <summary>The public key, and signatures over certificates. Lives as long as the key.</summary>
    X509SignatureGenerator SignatureGenerator { get; }

    /// <summary>PKCS#8 PEM, not encrypted, with a newline at its end. Secret.</summary>
    string ExportPem();
}
