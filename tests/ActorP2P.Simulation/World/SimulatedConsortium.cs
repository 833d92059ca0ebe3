using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Simulation;

/// <summary>
/// Certificates of the simulated members. Keys come from the seed; ECDSA signatures do not, so each certificate is
/// signed again until its signature has the most likely length: then a run's byte counts repeat.
/// </summary>
public sealed class SimulatedConsortium : IDisposable
{
    private const int SignatureLengthBytes = 71;

    // Longer than any warning: else each node tells its modules of the end of each other's certificate.
    private const int ValidDays = 300;

    private readonly int _seed;
    private readonly DateTimeOffset _now;
    private readonly CertificateIssuer _root;

    /// <summary>A CA whose certificates are valid around <paramref name="now"/>.</summary>
    public SimulatedConsortium(int seed, DateTimeOffset now)
    {
        _seed = seed;
        _now = now;
        _root = OfUsualLength(
            () => CertificateIssuer.CreateRoot(IdentityCurves.P256, "simulated ca", Validity.FromNow(now, 365), new SeededRandom(seed, "ca")),
            root => root.CertificatePem);
    }

    /// <summary>The certificate of the member with this name.</summary>
    public IssuedNode Issue(string name) => OfUsualLength(
        () => _root.IssueNode(new NodeCertificateRequest(name, [], Validity.FromNow(_now, ValidDays)), new SeededRandom(_seed, name)),
        node => node.ChainPem);

    /// <inheritdoc />
    public void Dispose() => _root.Dispose();

    private static T OfUsualLength<T>(Func<T> make, Func<T, string> pem)
    {
        while (true)
        {
            var made = make();
            using var certificate = X509Certificate2.CreateFromPem(pem(made));
            if (SignatureLength(certificate.RawData) == SignatureLengthBytes)
            {
                return made;
            }

            (made as IDisposable)?.Dispose();
        }
    }

    // The signature is the last element of a certificate: a BIT STRING with no unused bits around a short SEQUENCE.
    private static int SignatureLength(ReadOnlySpan<byte> certificate)
    {
        for (var length = 8; length <= 72; length++)
        {
            var at = certificate.Length - length - 3;
            if (certificate[at] == 0x03 && certificate[at + 1] == length + 1 && certificate[at + 2] == 0 && certificate[at + 3] == 0x30 && certificate[at + 4] == length - 2)
            {
                return length;
            }
        }

        return 0;
    }
}
