using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.AkkaRemoting;
using ActorP2P.Benchmarks.Wire;
using Akka.Configuration;

namespace ActorP2P.Benchmarks.AkkaRemote;

/// <summary>Starts the two systems of a pair, on our links or on dot-netty with TLS.</summary>
internal sealed class RemoteSystems : IDisposable
{
    private const string Password = "benchmark";

    private const string Common = """
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          log-dead-letters = off
          actor.provider = remote
          remote.untrusted-mode = off
        }
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("actorp2p-benchmark-");
    private readonly BenchmarkConsortium _consortium = new();

    /// <summary>Our transport with its defaults: TLS on both sides, and sealed records.</summary>
    public Task<RemotePair> ConnectOursAsync()
    {
        var ports = new[] { FreePort(), FreePort() };
        return ConnectAsync("ours", index => Parse(OurNode(index, ports)).WithFallback(P2PTransport.Defaults));
    }

    /// <summary>The stock transport with its defaults but for frames of a megabyte; its server proves itself, its client does not.</summary>
    /// <exception cref="IOException">This Akka.Remote was built without its dot-netty transport.</exception>
    public Task<RemotePair> ConnectTheirsAsync()
    {
        if (Type.GetType("Akka.Remote.Transport.DotNetty.TcpTransport, Akka.Remote") is null)
        {
            throw new IOException("this build of Akka.Remote has no dot-netty transport to run beside");
        }

        return ConnectAsync("theirs", StockTransport);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static Task<RemotePair> ConnectAsync(string name, Func<int, Config> configOf) => RemotePair.ConnectAsync(
        ActorSystem.Create(name, Parse(Common).WithFallback(configOf(0))),
        ActorSystem.Create(name, Parse(Common).WithFallback(configOf(1))));

    private Config StockTransport(int index)
    {
        var path = Path.Combine(_directory.FullName, $"{index}.pfx");
        var node = _consortium.Nodes[index];
        using var certificate = X509Certificate2.CreateFromPem(node.ChainPem, node.KeyPem);
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pfx, Password));
        return Parse($$"""
            akka.remote.dot-netty.tcp {
              hostname = "127.0.0.1"
              port = 0
              maximum-frame-size = 4 MiB
              enable-ssl = on
              ssl { suppress-validation = on, certificate { path = "{{path}}", password = "{{Password}}" } }
            }
            """);
    }

    private string OurNode(int index, IReadOnlyList<int> ports)
    {
        var folder = _directory.CreateSubdirectory($"node{index}").FullName;
        var node = _consortium.Nodes[index];
        File.WriteAllText(Path.Combine(folder, "node.key"), node.KeyPem);
        File.WriteAllText(Path.Combine(folder, "node.crt"), node.ChainPem);
        File.WriteAllText(Path.Combine(folder, "ca.crt"), node.CaPem);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(folder, "node.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return $$"""
            akka.remote.enabled-transports = ["akka.remote.p2p"]
            actorp2p {
              network { id = "benchmark", listen = ["127.0.0.1:{{ports[index]}}"], peers = ["127.0.0.1:{{ports[1 - index]}}"], data-directory = "{{folder}}" }
              identity { key-file = "{{folder}}/node.key", certificate-file = "{{folder}}/node.crt", ca-file = "{{folder}}/ca.crt" }
            }
            """;
    }

    private static Config Parse(string hocon) => ConfigurationFactory.ParseString(hocon);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
