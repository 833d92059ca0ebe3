using System.Text.Json;

namespace ActorP2P.Program.Hosting;

/// <summary>What a node reports, as a JSON line or as a line for people.</summary>
internal static class NodeEventText
{
    public static void WriteJson(IEventLines writer, object happened)
    {
        switch (happened)
        {
            case ControlEvent control:
                ControlEventJson.Write(writer, control);
                break;
            case ObserveSnapshot snapshot:
                writer.Write("observing", json => WriteSnapshot(json, snapshot));
                break;
            case P2PNode.Listening listening:
                writer.Write("listening", json => json.WriteString("endpoint", listening.Endpoint));
                break;
            case P2PNode.ListenFailed failed:
                writer.Write("listen-failed", json =>
                {
                    json.WriteString("endpoint", failed.Endpoint);
                    json.WriteString("reason", failed.Reason);
                });
                break;
            case P2PNode.Reloaded reloaded:
                writer.Write("reloaded", json => WriteTexts(json, "parts", reloaded.Parts));
                break;
            case P2PNode.ReloadRefused kept:
                writer.Write("reload-refused", json => WriteTexts(json, "errors", kept.Errors.Select(static e => e.ToString())));
                break;
            case P2PNode.IdentityChanged changed:
                writer.Write("node-id-changed", json =>
                {
                    json.WriteString("former", changed.Former.ToString());
                    json.WriteString("present", changed.Present.ToString());
                });
                break;
            case OpenRefused refused:
                writer.Write("open-refused", json =>
                {
                    json.WriteString("namespace", refused.Namespace);
                    json.WriteString("reason", refused.Reason);
                });
                break;
            case Closed closed:
                writer.Write("closed", json => json.WriteString("namespace", closed.Namespace));
                break;
        }
    }

    /// <summary>One line; null for what only programs want to know.</summary>
    public static string? ForPeople(object happened) => happened switch
    {
        PeerUp m => $"{m.Namespace}: peer {m.Node.ShortId} up, epoch {m.Epoch}",
        PeerDown m => $"{m.Namespace}: peer {m.Node.ShortId} down: {m.Reason}",
        PeerRejected m => $"{m.Namespace}: refused {m.Endpoint}: {m.Reason} ({m.Detail})",
        RouteChanged m => $"{m.Namespace}: node {m.Node.ShortId} {(m.Hops == 0 ? "unreachable" : $"at {m.Hops} hops")}",
        SlowPeer m => $"{m.Namespace}: peer {m.Node.ShortId} is slow, {m.QueuedBytes} bytes wait",
        SlowModule m => $"{m.Namespace}: the module of {m.Type} is slow, {m.WaitingMessages} messages wait",
        EquivocationSeen m => $"{m.Namespace}: node {m.Node.ShortId} signed two different {m.Subject}",
        DuplicateIdentity m => $"{m.Namespace}: another holder of our key has epoch {m.Epoch}",
        CertificateExpiring m => $"{m.Namespace}: the certificate of {m.Node.ShortId} ends in {m.Days} days",
        P2PNode.Listening m => $"listening on {m.Endpoint}",
        P2PNode.ListenFailed m => $"cannot listen on {m.Endpoint}: {m.Reason}",
        PeerSucceeded m => $"{m.Namespace}: node {m.Former.ShortId} goes by {m.Present.ShortId} from now on",
        P2PNode.IdentityChanged m => $"this node, {m.Former.ShortId} until now, goes by {m.Present} from now on",
        P2PNode.Reloaded m => $"reloaded: {string.Join(", ", m.Parts)}",
        P2PNode.ReloadRefused m => $"not reloaded, all stays as it was: {string.Join("; ", m.Errors)}",
        OpenRefused m => $"namespace {m.Namespace} not opened: {m.Reason}",
        Closed m => $"namespace {m.Namespace} closed",
        _ => null,
    };

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void WriteSnapshot(Utf8JsonWriter json, ObserveSnapshot snapshot)
    {
        json.WriteString("namespace", snapshot.Namespace);
        json.WriteNumber("as-of", snapshot.AsOf);
        json.WriteStartArray("linked");
        foreach (var peer in snapshot.Peers.Peers.Where(static p => p.Linked))
        {
            json.WriteStringValue(peer.Node.ToString());
        }

        json.WriteEndArray();
    }
}
