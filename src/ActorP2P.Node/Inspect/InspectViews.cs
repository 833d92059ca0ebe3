using System.Globalization;
using System.Text.Json;

namespace ActorP2P.Program.Inspect;

/// <summary>Answers of a node as tables.</summary>
internal static class InspectViews
{
    private const int MaxNodesInCell = 4;

    /// <summary>The node itself; with its counters when they are asked for.</summary>
    public static IEnumerable<ReportTable> Status(JsonElement answer, bool withCounters)
    {
        var node = new ReportTable("node", answer.Text("node"));
        foreach (var name in new[] { "network", "version", "epoch", "curve" })
        {
            node.Add(name, answer.Text(name));
        }

        node.Add("up for", TimeSpan.FromMilliseconds(answer.Number("uptime-ms")).ToString("d\\.hh\\:mm\\:ss", CultureInfo.InvariantCulture));
        node.Add("certificate until", answer.Text("certificate-until"));
        node.Add("listening", string.Join(", ", answer.Rows("listening").Select(JsonText.TextOf)));
        node.Add("links", answer.Text("links"));
        yield return node;
        var namespaces = new ReportTable("namespace", "members", "linked", "unreachable");
        foreach (var row in answer.Rows("namespaces"))
        {
            namespaces.Add(
                row.Text("namespace"),
                row.Text("members"),
                row.Text("linked"),
                new ReportCell(row.Text("unreachable"), row.Number("unreachable") > 0 ? CellTone.Bad : CellTone.Plain));
        }

        yield return namespaces;
        if (withCounters && answer.TryGetProperty("counters", out var all) && all.ValueKind == JsonValueKind.Object)
        {
            var counters = new ReportTable("counter", "value");
            foreach (var counter in all.EnumerateObject())
            {
                counters.Add(counter.Name, JsonText.TextOf(counter.Value));
            }

            yield return counters;
        }
    }

    /// <summary>Members, a row for each namespace that they are in, with what is known of the link.</summary>
    public static IEnumerable<ReportTable> Peers(JsonElement answer)
    {
        var links = answer.Rows("links").ToLookup(static link => link.Text("node"));
        var table = new ReportTable("namespace", "node", "way", "rtt ms", "sent", "received", "queued", "endpoint", "epoch", "protocols");
        foreach (var peer in answer.Rows("peers"))
        {
            var link = links[peer.Text("node")].FirstOrDefault();
            var hasLink = link.ValueKind == JsonValueKind.Object;
            table.Add(
                peer.Text("namespace"),
                ReportOutput.Node(peer.Text("node")),
                WayOf(peer.Flag("linked"), (int)peer.Number("hops")),
                hasLink ? link.Text("round-trip-ms") : "",
                peer.Text("sent-messages"),
                peer.Text("received-messages"),
                peer.Text("queued-bytes"),
                hasLink ? link.Text("endpoint") : "",
                peer.Text("epoch"),
                string.Join(' ', peer.Rows("protocols").Select(JsonText.TextOf)));
        }

        yield return table;
    }

    /// <summary>Topics and who follows them.</summary>
    public static IEnumerable<ReportTable> Topics(JsonElement answer)
    {
        var table = new ReportTable("namespace", "topic", "nodes", "who");
        foreach (var topic in answer.Rows("topics"))
        {
            var nodes = topic.Rows("nodes").Select(static node => ReportOutput.Node(JsonText.TextOf(node))).ToList();
            var shown = ReportOutput.IsTerminal && nodes.Count > MaxNodesInCell ? [.. nodes.Take(MaxNodesInCell), "..."] : nodes;
            table.Add(topic.Text("namespace"), topic.Text("topic"), nodes.Count.ToString(CultureInfo.InvariantCulture), string.Join(' ', shown));
        }

        yield return table;
    }

    /// <summary>The way to each node.</summary>
    public static IEnumerable<ReportTable> Routes(JsonElement answer)
    {
        var table = new ReportTable("node", "way", "next hop", "tunnel");
        foreach (var route in answer.Rows("routes"))
        {
            var hops = (int)route.Number("hops");
            table.Add(
                ReportOutput.Node(route.Text("node")),
                WayOf(hops == 1, hops),
                ReportOutput.Node(route.Text("next-hop")),
                string.Join(" > ", route.Rows("tunnel").Select(static relay => ReportOutput.Node(JsonText.TextOf(relay)))));
        }

        yield return table;
    }

    /// <summary>A member's distance in words.</summary>
    public static ReportCell WayOf(bool linked, int hops) => (linked, hops) switch
    {
        (true, _) => new ReportCell("linked", CellTone.Good),
        (false, 0) => new ReportCell("unreachable", CellTone.Bad),
        _ => new ReportCell(string.Create(CultureInfo.InvariantCulture, $"{hops} hops"), CellTone.Notable),
    };
}
