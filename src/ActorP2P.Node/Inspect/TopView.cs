using System.Globalization;
using System.Text.Json;
using ActorP2P.Program.Hosting;

namespace ActorP2P.Program.Inspect;

/// <summary>Frames of <c>top</c> as tables and as JSON lines.</summary>
internal static class TopView
{
    /// <summary>The table.</summary>
    public static ReportTable Table(TopFrame frame)
    {
        var table = new ReportTable("node", "way", "rtt ms", "out msg/s", "in msg/s", "out bytes/s", "in bytes/s", "queued");
        foreach (var row in frame.Rows)
        {
            table.Add(
                ReportOutput.Node(row.Node),
                InspectViews.WayOf(row.Linked, row.Hops),
                row.RoundTripMs is { } ms ? ms.ToString("0.0", CultureInfo.InvariantCulture) : "",
                Rate(row.SentMessagesPerSecond),
                Rate(row.ReceivedMessagesPerSecond),
                Bytes(row.SentBytesPerSecond),
                Bytes(row.ReceivedBytesPerSecond),
                new ReportCell(JsonText.Bytes(row.QueuedBytes), row.QueuedBytes > 0 ? CellTone.Notable : CellTone.Plain));
        }

        return table;
    }

    /// <summary>One line a frame; a rate that is not known yet is null.</summary>
    public static ReadOnlyMemory<byte> Line(TopFrame frame) => JsonLine.Format(json =>
    {
        json.WriteStartArray("top");
        foreach (var row in frame.Rows)
        {
            json.WriteStartObject();
            json.WriteString("node", row.Node);
            json.WriteBoolean("linked", row.Linked);
            json.WriteNumber("hops", row.Hops);
            Number(json, "round-trip-ms", row.RoundTripMs);
            Number(json, "sent-messages-per-s", row.SentMessagesPerSecond);
            Number(json, "received-messages-per-s", row.ReceivedMessagesPerSecond);
            Number(json, "sent-bytes-per-s", row.SentBytesPerSecond);
            Number(json, "received-bytes-per-s", row.ReceivedBytesPerSecond);
            json.WriteNumber("queued-bytes", row.QueuedBytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string Rate(double? rate) => rate?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-";

    private static string Bytes(double? rate) => rate is { } known ? JsonText.Bytes(known) : "-";
}
