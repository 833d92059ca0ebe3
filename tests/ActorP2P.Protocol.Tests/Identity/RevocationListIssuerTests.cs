using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.Protocol.Tests.Identity;

public sealed class RevocationListIssuerTests
{
    private static readonly TestPki Pki = TestPki.P256;
    private static readonly DateTimeOffset Now = TestPki.Now;

    [Fact]
    public void The_first_list_has_number_1_and_each_next_one_more_with_all_that_was_listed()
    {
        var first = Issue(null, [1, 2]);
        var second = Issue(first.Pem, [3]);
        var renewed = Issue(second.Pem);

        Assert.Equal([1, 2, 3], new[] { first, second, renewed }.Select(static l => (int)l.List.Number));
        Assert.Equal([1, 2, 2], new[] { first, second, renewed }.Select(static l => l.List.Count));
        Assert.True(renewed.List.Revokes([1, 2]));
        Assert.True(renewed.List.Revokes([3]));
        Assert.Equal(["03"], second.Added);
        Assert.Empty(renewed.Added);
    }

    [Fact]
    public void What_is_listed_or_named_twice_stands_once()
    {
        var first = Issue(null, [7], [7]);
        var second = Issue(first.Pem, [7]);

        Assert.Equal(["07"], first.Added);
        Assert.Empty(second.Added);
        Assert.Equal(1, second.List.Count);
    }

    [Fact]
    public void Its_times_are_whole_and_leave_room_for_clocks_that_differ()
    {
        var list = Issue(null, [1]).List;

        Assert.Equal(Now.AddMinutes(-5), list.ThisUpdate);
        Assert.Equal(Now.AddDays(30), list.NextUpdate);
    }

    [Fact]
    public void Another_CAs_list_a_changed_one_two_in_one_file_and_garbage_are_not_extended()
    {
        var list = Issue(null, [1]).Pem;
        var changed = Change(list);

        Assert.Contains("not this CA's", Reason(Pki.Root, list), StringComparison.Ordinal);
        Assert.Contains("not this CA's", Reason(TestPki.Foreign.Agency, list), StringComparison.Ordinal);
        Assert.Contains("not this CA's", Reason(Pki.Agency, changed), StringComparison.Ordinal);
        Assert.Contains("cannot be extended", Reason(Pki.Agency, list + list), StringComparison.Ordinal);
        Assert.Contains("cannot be extended", Reason(Pki.Agency, ""), StringComparison.Ordinal);
    }

    [Fact]
    public void A_serial_of_no_length_or_too_long_is_refused()
    {
        Assert.Contains("serial", Reason(Pki.Agency, null, Array.Empty<byte>()), StringComparison.Ordinal);
        Assert.Contains("serial", Reason(Pki.Agency, null, new byte[21]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_renewed_certificate_keeps_key_subject_and_names_without_the_private_key()
    {
        var node = Pki.Agency.IssueNode(new NodeCertificateRequest("keeper", ["keeper.example"], TestPki.Valid), Pki.Random);
        var validity = Validity.FromNow(Now, 3);

        Assert.True(Pki.Agency.TryRenew(TestPki.Chain(node.ChainPem), validity, Pki.Random, out var pem, out _));

        var accepted = Assert.IsType<CertificateVerdict.Accepted>(Pki.Validator().Validate(TestPki.Chain(pem), Now));
        using var before = X509Certificate2.CreateFromPem(node.ChainPem);
        using var after = X509Certificate2.CreateFromPem(pem);
        Assert.Equal(node.Id, accepted.Id);
        Assert.Equal(before.Subject, after.Subject);
        Assert.NotEqual(before.SerialNumber, after.SerialNumber);
        Assert.True(after.MatchesHostname("keeper.example"));
        Assert.Equal(validity.NotAfter, accepted.NotAfter);
    }

    [Fact]
    public void Only_a_nodes_certificate_of_this_very_CA_is_renewed()
    {
        var node = TestPki.Chain(Pki.IssueNode().ChainPem);

        Assert.False(Pki.Root.TryRenew(node, TestPki.Valid, Pki.Random, out _, out var otherCa));
        Assert.False(TestPki.Foreign.Agency.TryRenew(node, TestPki.Valid, Pki.Random, out _, out var foreign));
        Assert.False(Pki.Root.TryRenew(TestPki.Chain(Pki.Agency.CertificatePem), TestPki.Valid, Pki.Random, out _, out var agency));
        Assert.False(Pki.Agency.TryRenew(Pki.RsaLeaf(), TestPki.Valid, Pki.Random, out _, out var rsa));
        Assert.All(new[] { otherCa, foreign }, static r => Assert.Contains("not issued by this CA", r, StringComparison.Ordinal));
        Assert.All(new[] { agency, rsa }, static r => Assert.Contains("not a node's certificate", r, StringComparison.Ordinal));
    }

    [Fact]
    public async Task OpenSSL_reads_and_verifies_the_list()
    {
        var directory = Directory.CreateTempSubdirectory("actorp2p-crl-");
        try
        {
            var (list, ca) = (Path.Combine(directory.FullName, "list.pem"), Path.Combine(directory.FullName, "ca.pem"));
            await File.WriteAllTextAsync(list, Issue(null, [0x12, 0x34]).Pem);
            await File.WriteAllTextAsync(ca, Pki.Agency.CertificatePem);
            var start = new ProcessStartInfo("openssl", ["crl", "-in", list, "-CAfile", ca, "-noout", "-text"]) { RedirectStandardError = true, RedirectStandardOutput = true };
            using var process = Process.Start(start)!;
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var text = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);

            Assert.Contains("verify OK", await errors, StringComparison.Ordinal);
            Assert.Contains("Serial Number: 1234", text, StringComparison.Ordinal);
            Assert.Contains("Key Compromise", text, StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static IssuedRevocationList Issue(string? current, params byte[][] serials)
    {
        Assert.True(TryIssue(Pki.Agency, current, serials, out var list, out var reason), reason);
        return list!;
    }

    private static string Reason(CertificateIssuer issuer, string? current, params byte[][] serials)
    {
        Assert.False(TryIssue(issuer, current, serials, out var list, out var reason));
        Assert.Null(list);
        return reason;
    }

    private static bool TryIssue(CertificateIssuer issuer, string? current, byte[][] serials, out IssuedRevocationList? list, out string reason) =>
        RevocationListIssuer.TryIssue(
            issuer,
            current,
            [.. serials.Select(static s => new RevokedCertificate(s, X509RevocationReason.KeyCompromise))],
            Now,
            Now.AddDays(30),
            out list,
            out reason);

    // The last byte of the list's number, which only the signature protects.
    private static string Change(string pem)
    {
        var der = Convert.FromBase64String(string.Concat(pem.Split('\n').Where(static l => !l.StartsWith('-'))));
        byte[] number = [0x06, 0x03, 0x55, 0x1d, 0x14, 0x04, 0x03, 0x02, 0x01];
        der[der.AsSpan().IndexOf(number) + number.Length] ^= 0x20;
        return PemEncoding.WriteString("X509 CRL", der);
    }
}
