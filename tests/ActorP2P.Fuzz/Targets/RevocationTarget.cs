using System.Security.Cryptography;
using System.Text;
using ActorP2P.Fuzz.Engine;
using ActorP2P.Protocol.Identity.Revocation;
using ActorP2P.Protocol.Tests.Identity;
using ActorP2P.Protocol.Tests.Identity.Revocation;
using static ActorP2P.Fuzz.Engine.PromiseBrokenException;

namespace ActorP2P.Fuzz.Targets;

/// <summary>Revocation lists as an operator may leave them half-written, or as somebody who may write the file forges them. An even first byte is DER, an odd one PEM.</summary>
internal sealed class RevocationTarget : FuzzTarget
{
    private const string Label = "X509 CRL";

    // Its own: what another target issues from the shared one must not depend on the order of targets.
    private static readonly Lazy<TestPki> Pki = new(() => new TestPki(101));

    private readonly Lazy<string> _pem = new(() => TestLists.Pem(Pki.Value.Root, 3, [TestPki.Chain(Pki.Value.IssueNode().ChainPem)]));

    public override string Name => "revocation-lists";

    public override string About => "RevocationList and RevocationLists: DER and PEM";

    public override long AllocationBaseBytes => 1024 * 1024;

    public override long AllocationFactor => 256;

    public override IEnumerable<byte[]> Seeds() => [[0, .. Der], [1, .. Encoding.ASCII.GetBytes(_pem.Value)]];

    public override void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        IReadOnlyList<RevocationList> lists = [];
        RevocationListError error;
        if (input[0] % 2 == 0)
        {
            error = RevocationList.TryParseDer(input.AsMemory(1), out var list);
            lists = list is null ? [] : [list];
        }
        else
        {
            error = RevocationList.TryParsePem(Encoding.UTF8.GetString(input.AsSpan(1)), out lists);
        }

        Unless(error != RevocationListError.None || lists.Count is > 0 and <= RevocationList.MaxPerFile, "a file that was read holds lists, up to the limit");
        if (error == RevocationListError.None)
        {
            JudgeSignatures(lists);
        }
    }

    public override byte[]? Mutate(byte[] input, Random random)
    {
        if (input.Length == 0 || input[0] % 2 != 0)
        {
            return null;
        }

        var changed = DerMutator.Mutate(input[1..], random, content => ByteMutator.Mutate(content, content, 2048, random));
        return changed is null ? null
            : random.Next(4) == 0 ? [1, .. Encoding.ASCII.GetBytes(PemEncoding.WriteString(Label, changed))]
            : [0, .. changed];
    }

    private byte[] Der => Convert.FromBase64String(string.Concat(_pem.Value.Split('\n')[1..^1]));

    private void JudgeSignatures(IReadOnlyList<RevocationList> lists)
    {
        using var root = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(Pki.Value.Root.CertificatePem);
        var inForce = RevocationLists.TryCreate(
            lists, StaleListPolicy.Refuse, RevocationLists.None.Numbers, [root], Pki.Value.Curve, TestPki.Now, out _, out var problems);
        var genuine = TestLists.List(_pem.Value);
        foreach (var (list, i) in lists.Select(static (list, i) => (list, i)))
        {
            // Without a word about its issuer the root's key has signed it.
            var isSigned = inForce && !problems.Any(problem => problem.List == i && problem.Error == RevocationListError.UnknownIssuer);
            Unless(!isSigned || (list.Number == genuine.Number && list.Count == genuine.Count && list.NextUpdate == genuine.NextUpdate), "only what the CA signed is in force");
        }
    }
}
