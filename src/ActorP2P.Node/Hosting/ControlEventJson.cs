using System.Text.Json;

namespace ActorP2P.Program.Hosting;

/// <summary>Control events as JSON: the type's name in kebab case, and its members.</summary>
internal static class ControlEventJson
{
    public static void Write(IEventLines writer, ControlEvent happened) => writer.Write(NameOf(happened), json =>
    {
        json.WriteString("namespace", happened.Namespace);
        json.WriteNumber("number", happened.Number);
        WriteMembers(json, happened);
    });

    /// <summary><c>PeerUp</c> is <c>peer-up</c>.</summary>
    public static string NameOf(ControlEvent happened) => JsonNamingPolicy.KebabCaseLower.ConvertName(happened.GetType().Name);

    private static void WriteMembers(Utf8JsonWriter json, ControlEvent happened)
    {
        switch (happened)
        {
            case PeerUp up:
                Node(json, up.Node);
                json.WriteNumber("epoch", up.Epoch);
                break;
            case PeerDown down:
                Node(json, down.Node);
                json.WriteString("reason", down.Reason);
                break;
            case PeerRejected rejected:
                json.WriteString("endpoint", rejected.Endpoint);
                json.WriteString("reason", rejected.Reason);
                json.WriteString("detail", rejected.Detail);
                break;
            case RouteChanged route:
                Node(json, route.Node);
                json.WriteNumber("hops", route.Hops);
                break;
            case SessionRekeyed rekeyed:
                Node(json, rekeyed.Node);
                json.WriteNumber("generation", rekeyed.Generation);
                break;
            case TopicsChanged topics:
                Node(json, topics.Node);
                Texts(json, "topics", topics.Topics);
                break;
            case StatusChanged status:
                Node(json, status.Node);
                json.WriteString("key", status.Key);
                json.WriteBase64String("value", status.Value.Span);
                break;
            default:
                WriteRareMembers(json, happened);
                break;
        }
    }

    private static void WriteRareMembers(Utf8JsonWriter json, ControlEvent happened)
    {
        switch (happened)
        {
            case SlowPeer slow:
                Node(json, slow.Node);
                json.WriteNumber("queued-bytes", slow.QueuedBytes);
                break;
            case SlowModule slow:
                json.WriteString("type", slow.Type);
                json.WriteNumber("waiting-messages", slow.WaitingMessages);
                json.WriteNumber("waiting-bytes", slow.WaitingBytes);
                break;
            case EquivocationSeen equivocation:
                Node(json, equivocation.Node);
                json.WriteString("subject", equivocation.Subject);
                json.WriteBase64String("kept", equivocation.Evidence.Kept.Span);
                json.WriteBase64String("rejected", equivocation.Evidence.Rejected.Span);
                break;
            case DuplicateIdentity duplicate:
                Node(json, duplicate.Node);
                json.WriteNumber("epoch", duplicate.Epoch);
                break;
            case CertificateExpiring expiring:
                Node(json, expiring.Node);
                json.WriteNumber("days", expiring.Days);
                break;
            case IdentityChanged changed:
                Both(json, changed.Former, changed.Present);
                break;
            case PeerSucceeded succeeded:
                Both(json, succeeded.Former, succeeded.Present);
                break;
            case MessageDropped dropped:
                json.WriteString("node", dropped.Node?.ToString());
                json.WriteString("reason", dropped.Reason);
                break;
        }
    }

    private static void Node(Utf8JsonWriter json, Protocol.Identity.NodeId node) => json.WriteString("node", node.ToString());

    private static void Both(Utf8JsonWriter json, Protocol.Identity.NodeId former, Protocol.Identity.NodeId present)
    {
        json.WriteString("former", former.ToString());
        json.WriteString("present", present.ToString());
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
