using System.Security.Cryptography;
using ActorP2P.Hocon;
using ActorP2P.Protocol;
using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;
using ActorP2P.Transport;

namespace ActorP2P.Tests.Manager;

/// <summary>Members of one consortium, and what their nodes are given. Identities are made once: keys cost time.</summary>
internal static class TestMembers
{
    public const string Ledger = "ledger";

    /// <summary>Settings under which a machine that stands still for a while ends no link and no handshake.</summary>
    public const string Patience = "liveness.acceptable-pause = 1m, admission.handshake-timeout = 30s, tls.handshake-timeout = 30s";

    private const int Members = 4;

    private static readonly TestRandom Random = new();

    private static readonly Lazy<CertificateIssuer> Agency = new(() =>
    {
        var validity = Validity.FromNow(DateTimeOffset.UtcNow, 30);
        return CertificateIssuer.CreateRoot(IdentityCurves.P256, "test ca", validity, Random).IssueAgency("test agency", validity, Random);
    });

    private static readonly Lazy<NodeIdentity[]> Identities = new(() => [.. Enumerable.Range(0, Members).Select(Make)]);

    /// <summary>The reference settings with one namespace, and what a test changes.</summary>
    public static P2PSettings Settings(string overrides = "", string namespaces = "namespaces.ledger {}")
    {
        var config = ConfigurationFactory.ParseString($"actorp2p {{\nnetwork.id = test\n{namespaces}\n{overrides}\n}}");
        var result = SettingsReader.Read(config, hasDirectory: true);
        return result.Settings ?? throw new InvalidOperationException(string.Join("; ", result.Errors));
    }

    public static NodeIdentity Identity(int member) => Identities.Value[member];

    public static NodeEnvironment Environment(int member, P2PSettings? settings = null, ITransportPort? port = null)
    {
        settings ??= Settings();
        var identity = Identity(member);
        return new NodeEnvironment(
            settings,
            identity,
            identity.Validator,
            Epoch: 1000 + (ulong)member,
            port ?? new NoTransport(),
            TimeProvider.System,
            Random,
            new NodeCounters(),
            new ReassemblyBudget(settings.Channel));
    }

    /// <summary>Runs the handshake between two members.</summary>
    public static (PairSession Initiator, PairSession Responder) Shake(NodeEnvironment initiator, NodeEnvironment responder)
    {
        var now = DateTimeOffset.UtcNow;
        using var start = HandshakeInitiator.Start(Parameters(initiator), out var message1);
        var awaiting = (HandshakeResult.Awaiting)HandshakeResponder.Accept(Parameters(responder), message1, now);
        using var next = awaiting.Next;
        var done = (HandshakeResult.Done)start.HandleReply(awaiting.Message2, now);
        return (done.Session, ((HandshakeResult.Done)next.HandleFinish(done.Message3!, now)).Session);
    }

    /// <summary>What a topology would say: all of them are members, and the links given are there.</summary>
    public static NetworkView View(params (int From, int To)[] links)
    {
        var core = new MembershipCore((_, _) => throw new NotSupportedException(), 64, TimeSpan.FromSeconds(1), Random);
        for (var member = 0; member < Members; member++)
        {
            var identity = Identity(member);
            core.AddOwn(identity.Id, identity.Chain.Encoded, identity.NotAfter, DateTimeOffset.UtcNow, []);
        }

        var claims = Enumerable.Range(0, Members).Select(member => new LinkClaim(
            Identity(member).Id,
            [.. links.Where(link => link.From == member || link.To == member).Select(link => Identity(link.From == member ? link.To : link.From).Id.Reference)]));
        return new NetworkView(LinkGraph.FromClaims(claims), core.Snapshot);
    }

    /// <summary>A nonce for a namespace session.</summary>
    public static byte[] Nonce() => RandomNumberGenerator.GetBytes(PairSession.NamespaceNonceLengthBytes);

    private static HandshakeParameters Parameters(NodeEnvironment environment) => new()
    {
        Identity = environment.Identity,
        Validator = environment.Validator,
        NetworkId = environment.Settings.Network.Id,
        Epoch = environment.Epoch,
        Suites = [AeadSuites.Aes128Gcm],
        EncryptionEnabled = true,
        Tls = null,
        Random = environment.Random,
        MaxMessageBytes = environment.Settings.Admission.HandshakeMaxBytes,
        Rekey = environment.Settings.Rekey,
    };

    private static NodeIdentity Make(int member)
    {
        var now = DateTimeOffset.UtcNow;
        var issued = Agency.Value.IssueNode(new NodeCertificateRequest($"node{member}", [], Validity.FromNow(now, 20)), Random);
        var settings = new IdentitySettings("p256", "", "", "", "", [], [], MaxChainCertificates: 4, MaxChainBytes: 8192, AllowFile: "", DenyFile: "");
        return NodeIdentity.TryCreate(issued.KeyPem, issued.ChainPem, issued.CaPem, IdentityCurves.P256, null, settings, now, out var identity, out var errors)
            ? identity
            : throw new InvalidOperationException(string.Join("; ", errors));
    }

    /// <summary>The operating system's generator: safe for concurrent calls.</summary>
    internal sealed class TestRandom : IRandomSource
    {
        public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
    }

    /// <summary>A logical layer alone never touches the transport.</summary>
    private sealed class NoTransport : ITransportPort
    {
        public void Listen(string endpoint, IListenSink sink) => throw new NotSupportedException();

        public void Dial(DialRequest request, IDialSink sink) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
