using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using ActorP2P.Program.Provisioning;

namespace ActorP2P.Program.Demo;

/// <summary>
/// The demo's files: a network with its own CA, one more node under a foreign CA that has the same network's name and
/// addresses, a plan for each node, and the file to broadcast.
/// </summary>
internal sealed class DemoNetwork
{
    // A little over what the demo promises, and not a multiple of any chunk.
    private const int FileBytes = (20 * 1024 * 1024) + 4321;
    private const int NodeDays = 2;

    private DemoNetwork(IReadOnlyList<ProvisionedNode> members, ProvisionedNode intruder, IReadOnlyList<string> planFiles, string fileHash)
    {
        Members = members;
        Intruder = intruder;
        PlanFiles = planFiles;
        FileHash = fileHash;
    }

    /// <summary>The members by index.</summary>
    public IReadOnlyList<ProvisionedNode> Members { get; }

    /// <summary>The node with a certificate of a foreign CA.</summary>
    public ProvisionedNode Intruder { get; }

    /// <summary>Plans of the members by index.</summary>
    public IReadOnlyList<string> PlanFiles { get; }

    /// <summary>SHA-256 of the file to broadcast.</summary>
    public string FileHash { get; }

    /// <summary>Bytes of the file to broadcast.</summary>
    public static int FileLengthBytes => FileBytes;

    public static DemoNetwork Create(DemoOptions options, DateTimeOffset now)
    {
        var endpoints = FreeEndpoints(options.Nodes + 1);
        var shared = SharedSettings(options);
        var random = SystemRandomSource.Instance;
        IReadOnlyList<string> suites = options.Suite is null ? [] : [options.Suite];
        var network = "demo-" + Guid.NewGuid().ToString("N")[..8];
        var members = NetworkFiles.Create(
            new NetworkRequest(network, Path.Combine(options.Directory, "network"), "agency", options.Curve, suites, [.. endpoints.Take(options.Nodes)], shared, NodeDays), now, random);
        var foreign = NetworkFiles.Create(
            new NetworkRequest(network, Path.Combine(options.Directory, "foreign"), "agency", options.Curve, suites, [endpoints[^1]], shared, NodeDays), now, random)[0];
        PointAtMembers(foreign, members);

        var file = Path.Combine(options.Directory, "file.bin");
        var bytes = RandomNumberGenerator.GetBytes(FileBytes);
        File.WriteAllBytes(file, bytes);
        return new DemoNetwork(members, foreign, WritePlans(options, members, file), Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private static List<string> WritePlans(DemoOptions options, IReadOnlyList<ProvisionedNode> members, string file)
    {
        var ids = members.Select(static m => m.Id.ToString()).ToList();
        var plans = new List<string>();
        foreach (var member in members)
        {
            var path = Path.Combine(member.Directory, "plan.json");
            File.WriteAllText(path, DemoPlan.Create(member.Index, ids, options.Seconds, file).ToJson());
            plans.Add(path);
        }

        return plans;
    }

    private static void PointAtMembers(ProvisionedNode foreign, IReadOnlyList<ProvisionedNode> members)
    {
        var peers = string.Join(", ", members.Select(static m => $"\"{m.Endpoint}\""));
        File.AppendAllText(foreign.ConfigFile, $"actorp2p.network.peers = [{peers}]\n");
    }

    private static string SharedSettings(DemoOptions options)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"actorp2p {{\n  tls.enabled = {(options.Tls ? "on" : "off")}\n  encryption.enabled = {(options.Encryption ? "on" : "off")}\n");
        return text.Append(CultureInfo.InvariantCulture, $"  namespaces {{ {DemoPlan.DirectNamespace} {{}}, {DemoPlan.GroupNamespace} {{}} }}\n}}\n").ToString();
    }

    // All at once, so that the system cannot give one port twice. Between here and the nodes' start another process
    // could take one; the node then reports that it cannot listen, and the demo fails with that line.
    private static List<string> FreeEndpoints(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(static l => l.Start());
            return [.. listeners.Select(static l => l.LocalEndpoint.ToString()!)];
        }
        finally
        {
            listeners.ForEach(static l => l.Dispose());
        }
    }
}
