using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Protocol.Identity.Issuing;

/// <content>What the CA does with certificates that it issued before.</content>
public sealed partial class CertificateIssuer
{
    /// <summary>
    /// A new chain for the key of a certificate that this CA issued: node ID, subject and alternative names stay. The
    /// private key is not needed, so it does not travel to the CA.
    /// </summary>
    /// <param name="old">The chain to renew; it may have ended.</param>
    /// <param name="validity">When the new one is valid.</param>
    /// <param name="random">For the serial number.</param>
    /// <param name="chainPem">The new chain when the result is true.</param>
    /// <param name="reason">One line when it is false.</param>
    public bool TryRenew(CertificateChain old, Validity validity, IRandomSource random, [NotNullWhen(true)] out string? chainPem, out string reason) =>
        TryReissue(old, null, validity, random, out chainPem, out reason);

    /// <summary>
    /// A new key for a node that this CA certified, and a chain for it: subject and alternative names stay, the node ID is another one.
    /// </summary>
    /// <param name="old">The chain of the key that is to be replaced; it may have ended.</param>
    /// <param name="validity">When the new one is valid.</param>
    /// <param name="random">For the key and the serial number.</param>
    /// <param name="node">The new key and chain when the result is true.</param>
    /// <param name="reason">One line when it is false.</param>
    public bool TryReplaceKey(CertificateChain old, Validity validity, IRandomSource random, [NotNullWhen(true)] out IssuedNode? node, out string reason)
    {
        using var key = NewKey(_curve, random);
        node = TryReissue(old, key.SignatureGenerator.PublicKey, validity, random, out var chainPem, out reason)
            ? new IssuedNode(key.Id, key.ExportPem(), chainPem, RootPem)
            : null;
        return node is not null;
    }

    private bool TryReissue(
        CertificateChain old, PublicKey? key, Validity validity, IRandomSource random, [NotNullWhen(true)] out string? chainPem, out string reason)
    {
        chainPem = null;
        if (!TryRecognise(old, out var leaf, out reason))
        {
            return false;
        }

        using (leaf)
        {
            if (CertificateRules.IsCa(leaf) || !_curve.TryGetNodeId(leaf, out _))
            {
                reason = $"it is not a node's certificate on the curve {_curve.Name}";
                return false;
            }

            var names = leaf.Extensions.FirstOrDefault(static e => e.Oid?.Value == AlternativeNamesOid);
            var request = NodeRequest(leaf.SubjectName, key ?? leaf.PublicKey, names ?? AlternativeNames([]));
            chainPem = IssueLeaf(request, validity, random);
            return true;
        }
    }

    /// <summary>The serial number of a chain's first certificate, when this CA issued it.</summary>
    public bool TryGetSerial(CertificateChain chain, out ReadOnlyMemory<byte> serial, out string reason)
    {
        serial = default;
        if (!TryRecognise(chain, out var certificate, out reason))
        {
            return false;
        }

        using (certificate)
        {
            serial = certificate.SerialNumberBytes.ToArray();
            return true;
        }
    }

    /// <summary>The first certificate of a chain when this CA signed it. The caller disposes it.</summary>
    internal bool TryRecognise(CertificateChain chain, [NotNullWhen(true)] out X509Certificate2? certificate, out string reason)
    {
        certificate = null;
        reason = "it was not issued by this CA";
        try
        {
            var candidate = X509CertificateLoader.LoadCertificate(chain.Certificates[0].Span);
            var isOurs = candidate.IssuerName.RawData.AsSpan().SequenceEqual(_certificate.SubjectName.RawData)
                && SignedDer.TryRead(chain.Certificates[0], out var signed)
                && _curve.VerifyIssued(_certificate, signed.AlgorithmOid, signed.ToBeSigned.Span, signed.Signature.Span);
            if (isOurs)
            {
                certificate = candidate;
                reason = "";
            }
            else
            {
                candidate.Dispose();
            }
        }
        catch (CryptographicException)
        {
            reason = "it is not an X.509 certificate";
        }

        return certificate is not null;
    }
}
