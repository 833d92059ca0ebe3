using System.Net;
using System.Net.Sockets;
using ActorP2P.Protocol;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Identity.Issuing;

namespace ActorP2P.AkkaRemoting.Tests;

/// <summary>Systems in one process, each over a node of its own with certificates, TLS and sealed records as by default.</summary>
internal sealed class RemotingConsortium : IAsyncDisposable
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(90);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("actorp2p-akka-");
    private readonly List<(string Name, int Port, IssuedNode Files)> _members = [];
    private readonly Dictionary<string, ActorSystem> _systems = [];

    public RemotingConsortium(params string[] names)
    {
        var validity = Validity.FromNow(DateTimeOffset.UtcNow, 30);
        var root = CertificateIssuer.CreateRoot(IdentityCurves.P256, "ca", validity, TestRandom.Instance);
        foreach (var name in names)
        {
            _members.Add((name, FreePort(), root.IssueNode(new NodeCertificateRequest(name, [], validity), TestRandom.Instance)));
        }
    }

    /// <summary>False: members learn of each other from the cluster alone, and their addresses say where they listen.</summary>
    public bool KnowsPeers { get; init; } = true;

    /// <summary>More of every node's section <c>actorp2p</c>.</summary>
    public string NodeHocon { get; init; } = "";

    public ActorSystem this[string name] => _systems[name];

    public NodeId IdOf(string name) => Member(name).Files.Id;

    /// <summary>The address of a member's system, as other systems write it.</summary>
    public Address AddressOf(string name, string system = "consortium") =>
        (KnowsPeers ? NodeAddress.Of(IdOf(name), system) : NodeAddress.Of(IdOf(name), system, PlaceOf(name))).WithProtocol("akka.p2p");

    /// <summary>Where a member listens.</summary>
    public string PlaceOf(string name) => $"127.0.0.1:{Member(name).Port}";

    /// <summary>Starts one member's system; its name is the same everywhere, as a cluster needs.</summary>
    public ActorSystem Start(string name, string hocon = "akka.remote.untrusted-mode = off")
    {
        var config = Akka.Configuration.ConfigurationFactory.ParseString(hocon).WithFallback(ConfigurationOf(name));
        return _systems[name] = ActorSystem.Create("consortium", config);
    }

    /// <summary>Starts one member's system in a process of its own.</summary>
    public async Task<RemotingHost> StartProcessAsync(string name, string hocon, TimeSpan limit)
    {
        var config = ConfigOf(name);
        var file = Path.Combine(_directory.FullName, name, "system.conf");
        await File.WriteAllTextAsync(file, $"{config}\n{hocon}");
        return await RemotingHost.StartAsync(file, limit);
    }

    /// <summary>What a member is started with, but for what a test adds.</summary>
    public Akka.Configuration.Config ConfigurationOf(string name) =>
        Akka.Configuration.ConfigurationFactory.ParseString(ConfigOf(name)).WithFallback(P2PTransport.Defaults);

    public void StartAll(string hocon = "akka.remote.untrusted-mode = off")
    {
        foreach (var (name, _, _) in _members)
        {
            Start(name, hocon);
        }
    }

    /// <summary>Completes when a member's node loses a peer in a namespace.</summary>
    public Task<PeerDown> LossSeenBy(string name, string ns)
    {
        var lost = new TaskCompletionSource<PeerDown>(TaskCreationOptions.RunContinuationsAsynchronously);
        var observer = this[name].ActorOf(Props.Create(() => new LossObserver(lost)));
        P2PRemoting.Get(this[name]).Router.Tell(new NamespaceRouter.Observe(ns, observer, [typeof(PeerDown)]), observer);
        return lost.Task;
    }

    public async Task StopAsync(string name)
    {
        if (_systems.Remove(name, out var system))
        {
            await system.Terminate();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_systems.Keys.ToArray().Select(StopAsync));
        _directory.Delete(recursive: true);
    }

    /// <summary>Tries until it does not throw; the last exception counts.</summary>
    public static async Task<T> EventuallyAsync<T>(Func<Task<T>> attempt, TimeSpan? limit = null)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        for (var end = DateTime.UtcNow + (limit ?? Soon); ; await timer.WaitForNextTickAsync())
        {
            try
            {
                return await attempt();
            }
            catch (Exception) when (DateTime.UtcNow < end)
            {
                // Not yet.
            }
        }
    }

    private string ConfigOf(string name)
    {
        var (_, port, files) = Member(name);
        var folder = _directory.CreateSubdirectory(name).FullName;
        File.WriteAllText(Path.Combine(folder, "node.key"), files.KeyPem);
        File.WriteAllText(Path.Combine(folder, "node.crt"), files.ChainPem);
        File.WriteAllText(Path.Combine(folder, "ca.crt"), files.CaPem);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(folder, "node.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var peers = !KnowsPeers ? "" : string.Join(", ", _members.Where(other => other.Name != name).Select(other => $"\"127.0.0.1:{other.Port}\""));
        return $$"""
            akka { loglevel = WARNING, stdout-loglevel = OFF, log-dead-letters = off }
            actorp2p {
              network { id = "akka test", listen = ["127.0.0.1:{{port}}"], peers = [{{peers}}], data-directory = "{{folder}}" }
              identity { key-file = "{{folder}}/node.key", certificate-file = "{{folder}}/node.crt", ca-file = "{{folder}}/ca.crt" }
              link.drain-timeout = 1s
              reconnect { min-delay = 50ms, max-delay = 500ms }
              {{(KnowsPeers ? "" : "discovery { mode = cluster, allow = [\"127.0.0.0/8\"], max-delay = 500ms }")}}
              {{NodeHocon}}
            }
            """;
    }

    /// <summary>The ID of a key that nobody has.</summary>
    public static NodeId SomeNode()
    {
        var validity = Validity.FromNow(DateTimeOffset.UtcNow, 1);
        return CertificateIssuer.CreateRoot(IdentityCurves.P256, "ca", validity, TestRandom.Instance)
            .IssueNode(new NodeCertificateRequest("nobody", [], validity), TestRandom.Instance).Id;
    }

    private (string Name, int Port, IssuedNode Files) Member(string name) => _members.Single(member => member.Name == name);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class TestRandom : IRandomSource
    {
        public static TestRandom Instance { get; } = new();

        public void Fill(Span<byte> destination) => System.Security.Cryptography.RandomNumberGenerator.Fill(destination);
    }
}
