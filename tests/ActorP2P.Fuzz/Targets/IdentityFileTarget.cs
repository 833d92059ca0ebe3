using System.Text;
using ActorP2P.Fuzz.Engine;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Revocation;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Tests.Identity;
using ActorP2P.Protocol.Tests.Identity.Revocation;
using static ActorP2P.Fuzz.Engine.PromiseBrokenException;

namespace ActorP2P.Fuzz.Targets;

/// <summary>What a reload may find in the files of a running node: key, certificates, roots, revocation list and deny-list, a part each.</summary>
internal sealed class IdentityFileTarget : FuzzTarget
{
    private static readonly IdentitySettings Settings = new("p256", "", "", "", "", [], [], MaxChainCertificates: 4, MaxChainBytes: 8192, AllowFile: "", DenyFile: "");

    private readonly Lazy<(byte[][] Files, NodeIdentity Running)> _node = new(Start);

    public override string Name => "identity-files";

    public override string About => "NodeIdentity of a reload: PEM files, half-written or of others";

    public override int MaxInputBytes => 8192;

    public override long AllocationBaseBytes => 4 * 1024 * 1024;

    public override long AllocationFactor => 256;

    public override IEnumerable<byte[]> Seeds() =>
    [
        Parts.Join(_node.Value.Files),
        Parts.Join(_node.Value.Files[..3]),
        Parts.Join(_node.Value.Files[0], _node.Value.Files[1], [.. _node.Value.Files[2], .. _node.Value.Files[2]], _node.Value.Files[3], Encoding.ASCII.GetBytes(new string('a', 128))),
    ];

    public override void Run(byte[] input)
    {
        var files = Parts.Split(input).Select(static part => Encoding.UTF8.GetString(part)).Concat(Enumerable.Repeat("", 5)).ToList();
        var running = _node.Value.Running;
        var lists = new RevocationFiles(files[3].Length == 0 ? [] : [files[3]], StaleListPolicy.Refuse, RevocationLists.None.Numbers);
        var settings = Settings with { DenyNodeIds = files[4].Length == 0 ? [] : files[4].Split('\n') };
        var created = NodeIdentity.TryCreate(
            files[0], files[1], files[2], IdentityCurves.P256, null, settings, TestPki.Now, out var identity, out var errors, lists, running);
        Unless(created == (errors.Count == 0), "either there is an identity or there are reasons");
        Unless(!created || (identity!.Id == running.Id && ReferenceEquals(identity.Key, running.Key)), "a reload never changes who a node is");
    }

    public override byte[]? Mutate(byte[] input, Random random) =>
        Parts.Mutate(input, random, part => PemMutator.Mutate(part, random) ?? ByteMutator.Mutate(part, part, 4096, random));

    private static (byte[][] Files, NodeIdentity Running) Start()
    {
        // Its own: what another target issues from the shared one must not depend on the order of targets.
        var pki = new TestPki(102);
        var issued = pki.IssueNode("running");
        string[] texts = [issued.KeyPem, issued.ChainPem, issued.CaPem, TestLists.Pem(pki.Root, 3, [])];
        if (!NodeIdentity.TryCreate(texts[0], texts[1], texts[2], IdentityCurves.P256, null, Settings, TestPki.Now, out var running, out var errors))
        {
            throw new InvalidOperationException(string.Join("; ", errors));
        }

        return ([.. texts.Select(static text => Encoding.ASCII.GetBytes(text))], running);
    }
}
