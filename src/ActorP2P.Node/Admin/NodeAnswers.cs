using System.Reflection;
using System.Text.Json;

namespace ActorP2P.Program.Admin;

/// <summary>Asks the node's actors, by way of its router, and writes what they say.</summary>
/// <param name="environment">The node's.</param>
/// <param name="client">Asks the router.</param>
internal sealed class NodeAnswers(NodeEnvironment environment, P2PClient client) : IAdminAnswers
{
    private readonly DateTimeOffset _started = environment.Steady.Now;

    private int MaxBytes => environment.Settings.Admin.MaxAnswerBytes;

    /// <inheritdoc />
    public async Task<ReadOnlyMemory<byte>> AnswerAsync(AdminRequest request, CancellationToken cancellation)
    {
        try
        {
            using var answer = new AnswerLine(request.Kind, MaxBytes);
            answer.Json.WriteNumber("uptime-ms", (long)(environment.Steady.Now - _started).TotalMilliseconds);
            await (request.Kind switch
            {
                AdminRequestKind.Status => WriteStatusAsync(answer, request, cancellation),
                AdminRequestKind.Peers => WritePeersAsync(answer, request, cancellation),
                AdminRequestKind.Topics => WriteTopicsAsync(answer, request, cancellation),
                _ => WriteRoutesAsync(answer, cancellation),
            });
            return answer.Finish();
        }
        catch (P2PClientException refused)
        {
            environment.Counters.Add("admin.failed");
            return ErrorOf(refused).Line();
        }
    }

    private static AdminError ErrorOf(P2PClientException refused) => refused.Reason switch
    {
        SendFailure.UnknownNamespace => new AdminError(AdminError.UnknownNamespace, "the namespace is not open on this node"),
        SendFailure.TimedOut => new AdminError(AdminError.TimedOut, "the node has not answered in time (admin.request-timeout)"),
        _ => new AdminError(AdminError.Failed, refused.Message),
    };

    private async Task<IReadOnlyList<string>> NamespacesAsync(AdminRequest request, CancellationToken cancellation) =>
        request.Namespace is { } one ? [one] : (await client.GetNamespacesAsync(cancellation)).Names;

    private async Task WriteStatusAsync(AnswerLine answer, AdminRequest request, CancellationToken cancellation)
    {
        var links = await client.GetLinksAsync(cancellation);
        var members = new List<PeersSnapshot>();
        foreach (var name in await NamespacesAsync(request, cancellation))
        {
            members.Add(await client.GetPeersAsync(name, cancellation));
        }

        var identity = environment.Trust.Identity;
        var json = answer.Json;
        json.WriteString("node", identity.Id.ToString());
        json.WriteNumber("epoch", environment.Epochs.Current);
        json.WriteString("network", environment.Settings.Network.Id);
        json.WriteString("version", Version());
        json.WriteString("curve", environment.Settings.Identity.Curve);
        json.WriteString("certificate-until", identity.NotAfter);
        answer.WriteRows("listening", links.Listening, json.WriteStringValue);
        json.WriteNumber("links", links.Links.Count);
        answer.WriteRows("namespaces", members, snapshot =>
        {
            json.WriteStartObject();
            json.WriteString("namespace", snapshot.Namespace);
            json.WriteNumber("members", snapshot.Peers.Count);
            json.WriteNumber("linked", snapshot.Peers.Count(static peer => peer.Linked));
            json.WriteNumber("unreachable", snapshot.Peers.Count(static peer => peer.Hops == 0));
            json.WriteEndObject();
        });
        json.WriteStartObject("counters");
        foreach (var (name, value) in environment.Counters.Snapshot().Values)
        {
            json.WriteNumber(name, value);
        }

        json.WriteEndObject();
    }

    private async Task WritePeersAsync(AnswerLine answer, AdminRequest request, CancellationToken cancellation)
    {
        var rows = new List<(string Namespace, PeerInfo Peer, PeerTraffic? Traffic)>();
        foreach (var name in await NamespacesAsync(request, cancellation))
        {
            var peers = await client.GetPeersAsync(name, cancellation);
            var traffic = (await client.GetTrafficAsync(name, cancellation)).Peers.ToDictionary(static peer => peer.Node);
            rows.AddRange(peers.Peers.Select(peer => (name, peer, traffic.GetValueOrDefault(peer.Node))));
        }

        var links = await client.GetLinksAsync(cancellation);
        answer.WriteRows("peers", rows, row => WritePeer(answer.Json, row.Namespace, row.Peer, row.Traffic));
        answer.WriteRows("links", links.Links, link => WriteLink(answer.Json, link));
    }

    private static void WritePeer(Utf8JsonWriter json, string ns, PeerInfo peer, PeerTraffic? traffic)
    {
        json.WriteStartObject();
        json.WriteString("namespace", ns);
        json.WriteString("node", peer.Node.ToString());
        json.WriteBoolean("linked", peer.Linked);
        json.WriteNumber("epoch", peer.Epoch);
        json.WriteNumber("hops", peer.Hops);
        json.WriteNumber("sent-messages", traffic?.SentMessages ?? 0);
        json.WriteNumber("received-messages", traffic?.ReceivedMessages ?? 0);
        json.WriteNumber("queued-bytes", traffic?.QueuedBytes ?? 0);
        json.WriteStartArray("protocols");
        foreach (var protocol in peer.Protocols)
        {
            json.WriteStringValue($"{protocol.Id}/{protocol.MinVersion}-{protocol.MaxVersion}");
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteLink(Utf8JsonWriter json, LinkInfo link)
    {
        json.WriteStartObject();
        json.WriteString("node", link.Node.ToString());
        json.WriteString("endpoint", link.Endpoint);
        json.WriteBoolean("dialled", link.WeDialled);
        json.WriteString("up-since", link.UpSince);
        if (link.RoundTrip is { } roundTrip)
        {
            json.WriteNumber("round-trip-ms", Math.Round(roundTrip.TotalMilliseconds, 3));
        }
        else
        {
            json.WriteNull("round-trip-ms");
        }

        json.WriteNumber("sent-bytes", link.SentBytes);
        json.WriteNumber("received-bytes", link.ReceivedBytes);
        json.WriteNumber("queued-bytes", link.QueuedBytes);
        json.WriteEndObject();
    }

    private async Task WriteTopicsAsync(AnswerLine answer, AdminRequest request, CancellationToken cancellation)
    {
        var rows = new List<(string Namespace, string Topic, IReadOnlyList<Protocol.Identity.NodeId> Nodes)>();
        foreach (var name in await NamespacesAsync(request, cancellation))
        {
            var topics = await client.GetTopicsAsync(name, cancellation);
            rows.AddRange(topics.Subscribers.OrderBy(static topic => topic.Key, StringComparer.Ordinal).Select(topic => (name, topic.Key, topic.Value)));
        }

        answer.WriteRows("topics", rows, row =>
        {
            answer.Json.WriteStartObject();
            answer.Json.WriteString("namespace", row.Namespace);
            answer.Json.WriteString("topic", row.Topic);
            answer.WriteRows("nodes", row.Nodes, node => answer.Json.WriteStringValue(node.ToString()));
            answer.Json.WriteEndObject();
        });
    }

    private async Task WriteRoutesAsync(AnswerLine answer, CancellationToken cancellation)
    {
        var routes = await client.GetRoutesAsync(cancellation);
        answer.WriteRows("routes", routes.Routes.OrderBy(static route => route.Key.ToString(), StringComparer.Ordinal), row =>
        {
            answer.Json.WriteStartObject();
            answer.Json.WriteString("node", row.Key.ToString());
            answer.Json.WriteNumber("hops", row.Value.Hops);
            answer.Json.WriteString("next-hop", row.Value.NextHop?.ToString());
            answer.WriteRows("tunnel", row.Value.Tunnel, relay => answer.Json.WriteStringValue(relay.ToString()));
            answer.Json.WriteEndObject();
        });
    }

    private static string Version() =>
        typeof(NodeAnswers).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
}
