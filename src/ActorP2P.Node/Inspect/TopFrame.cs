using System.Text.Json;

namespace ActorP2P.Program.Inspect;

/// <summary>A node as <c>top</c> shows it. Rates are null where there is nothing to compare with yet.</summary>
internal sealed record TopRow(
    string Node,
    bool Linked,
    int Hops,
    double? RoundTripMs,
    double? SentMessagesPerSecond,
    double? ReceivedMessagesPerSecond,
    double? SentBytesPerSecond,
    double? ReceivedBytesPerSecond,
    double QueuedBytes);

/// <summary>One look at a node's peers, and what happened since the one before.</summary>
internal sealed class TopFrame
{
    private readonly double _uptimeMs;
    private readonly Dictionary<string, Totals> _totals = new(StringComparer.Ordinal);

    private TopFrame(double uptimeMs) => _uptimeMs = uptimeMs;

    /// <summary>The peers: those that carry most come first.</summary>
    public IReadOnlyList<TopRow> Rows { get; private set; } = [];

    /// <summary>Reads an answer to <c>peers</c>. A figure that fell began anew with its link or channel: no rate is told for it.</summary>
    public static TopFrame Of(JsonElement answer, TopFrame? before)
    {
        var frame = new TopFrame(answer.Number("uptime-ms"));
        foreach (var peer in answer.Rows("peers"))
        {
            var totals = frame.Find(peer.Text("node"));
            totals.Linked |= peer.Flag("linked");
            totals.Hops = Math.Max(totals.Hops, (int)peer.Number("hops"));
            totals.SentMessages += peer.Number("sent-messages");
            totals.ReceivedMessages += peer.Number("received-messages");
            totals.QueuedBytes += peer.Number("queued-bytes");
        }

        foreach (var link in answer.Rows("links"))
        {
            var totals = frame.Find(link.Text("node"));
            totals.Linked = true;
            totals.Hops = 1;
            totals.RoundTripMs = link.Text("round-trip-ms").Length > 0 ? link.Number("round-trip-ms") : null;
            totals.UpSince = link.Text("up-since");
            totals.SentBytes = link.Number("sent-bytes");
            totals.ReceivedBytes = link.Number("received-bytes");
            totals.QueuedBytes += link.Number("queued-bytes");
        }

        var seconds = before is null ? 0 : (frame._uptimeMs - before._uptimeMs) / 1000;
        frame.Rows = [.. frame._totals
            .Select(pair => Row(pair.Key, pair.Value, before?._totals.GetValueOrDefault(pair.Key), seconds))
            .OrderByDescending(static row => (row.SentBytesPerSecond ?? 0) + (row.ReceivedBytesPerSecond ?? 0))
            .ThenBy(static row => row.Node, StringComparer.Ordinal)];
        return frame;
    }

    private Totals Find(string node)
    {
        if (!_totals.TryGetValue(node, out var totals))
        {
            _totals[node] = totals = new Totals();
        }

        return totals;
    }

    private static TopRow Row(string node, Totals now, Totals? before, double seconds)
    {
        var sameLink = before is not null && now.UpSince is not null && before.UpSince == now.UpSince;
        return new TopRow(
            node,
            now.Linked,
            now.Hops,
            now.RoundTripMs,
            Rate(now.SentMessages, before?.SentMessages, seconds),
            Rate(now.ReceivedMessages, before?.ReceivedMessages, seconds),
            Rate(now.SentBytes, sameLink ? before!.SentBytes : null, seconds),
            Rate(now.ReceivedBytes, sameLink ? before!.ReceivedBytes : null, seconds),
            now.QueuedBytes);
    }

    private static double? Rate(double now, double? before, double seconds) =>
        before is { } then && now >= then && seconds > 0 ? Math.Round((now - then) / seconds, 1) : null;

    private sealed class Totals
    {
        public bool Linked { get; set; }

        public int Hops { get; set; }

        public double? RoundTripMs { get; set; }

        public string? UpSince { get; set; }

        public double SentMessages { get; set; }

        public double ReceivedMessages { get; set; }

        public double SentBytes { get; set; }

        public double ReceivedBytes { get; set; }

        public double QueuedBytes { get; set; }
    }
}
