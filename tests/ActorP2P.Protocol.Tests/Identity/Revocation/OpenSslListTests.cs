using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Identity.Revocation;

namespace ActorP2P.Protocol.Tests.Identity.Revocation;

/// <summary>A consortium issues its lists with its own PKI: what <c>openssl ca -gencrl</c> writes must count.</summary>
public sealed class OpenSslListTests
{
    private const string Config = """
        [ca]
        default_ca = test
        [test]
        database = index.txt
        crlnumber = crlnumber
        default_md = sha256
        default_crl_days = 30
        crl_extensions = extensions
        [extensions]
        authorityKeyIdentifier = keyid
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_list_made_by_openssl_revokes_the_node_it_names_and_no_other(int pkiNumber)
    {
        var pki = pkiNumber == 1 ? TestPki.P256 : TestPki.Secp256k1;
        // openssl writes the time of this run into its list, so the nodes must be valid now and not at the tests' own time.
        var today = DateTimeOffset.UtcNow;
        var (revoked, other) = (pki.IssueNode(validity: Validity.FromNow(today, 365)), pki.IssueNode(validity: Validity.FromNow(today, 365)));
        using var certificate = X509Certificate2.CreateFromPem(revoked.ChainPem);
        var directory = Directory.CreateTempSubdirectory("actorp2p-crl-");
        try
        {
            string At(string file) => Path.Combine(directory.FullName, file);
            await File.WriteAllTextAsync(At("ca.cnf"), Config);
            await File.WriteAllTextAsync(At("index.txt"), $"R\t360101000000Z\t{today.AddDays(-1):yyMMddHHmmss}Z,keyCompromise\t{certificate.SerialNumber}\tunknown\t/CN=node\n");
            await File.WriteAllTextAsync(At("crlnumber"), "2A\n");
            await File.WriteAllTextAsync(At("agency.key"), pki.Agency.ExportKeyPem());
            await File.WriteAllTextAsync(At("agency.crt"), pki.Agency.CertificatePem);
            await RunOpenSslAsync(directory.FullName);
            var pem = await File.ReadAllTextAsync(At("agency.crl"));

            var list = TestLists.List(pem);
            Assert.Equal((42, 1), ((int)list.Number, list.Count));
            var now = list.ThisUpdate.AddMinutes(1);
            using var root = X509Certificate2.CreateFromPem(pki.Root.CertificatePem);
            Assert.True(RevocationLists.TryCreate([list], StaleListPolicy.Refuse, RevocationLists.None.Numbers, [root], pki.Curve, now, out var lists, out _));
            var validator = new CertificateValidator([root], pki.Curve, MembershipLists.Open, new ChainLimits(4, 8192), lists);
            Assert.Equal(CertificateRefusal.Revoked, Assert.IsType<CertificateVerdict.Refused>(validator.Validate(TestPki.Chain(revoked.ChainPem), now)).Reason);
            Assert.Equal(list.NextUpdate, Assert.IsType<CertificateVerdict.Accepted>(validator.Validate(TestPki.Chain(other.ChainPem), now)).NotAfter);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task RunOpenSslAsync(string directory)
    {
        var start = new ProcessStartInfo("openssl", ["ca", "-gencrl", "-config", "ca.cnf", "-keyfile", "agency.key", "-cert", "agency.crt", "-out", "agency.crl"])
        {
            WorkingDirectory = directory,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var error = await process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, error);
    }
}
