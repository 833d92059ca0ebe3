using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace ActorP2P.Program.Admin;

/// <summary>What can be asked of a running node.</summary>
internal enum AdminRequestKind
{
    /// <summary>The node itself, its namespaces and counters.</summary>
    Status,

    /// <summary>Members, traffic with them, and links.</summary>
    Peers,

    /// <summary>Who follows which topic.</summary>
    Topics,

    /// <summary>The way to each known node.</summary>
    Routes,

    /// <summary>What happened lately, and what happens from now on.</summary>
    Events,
}

/// <summary>One line of a client: <c>{"request":"peers","namespace":"app"}</c>.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="Namespace">Of which namespace; null: of all.</param>
/// <param name="Follow">Events: go on as they happen.</param>
internal sealed record AdminRequest(AdminRequestKind Kind, string? Namespace, bool Follow)
{
    private const int MaxNamespaceBytes = 128;
    private const int MaxDepth = 4;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth };

    /// <summary>Reads a line. The error says what is wrong with it.</summary>
    public static bool TryParse(
        ReadOnlyMemory<byte> line,
        [NotNullWhen(true)] out AdminRequest? request,
        [NotNullWhen(false)] out AdminError? error)
    {
        request = null;
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(line, Strict);
        }
        catch (JsonException)
        {
            error = new AdminError(AdminError.Malformed, "a request is one JSON object on one line");
            return false;
        }

        using (document)
        {
            error = Read(document.RootElement, out request);
        }

        return error is null;
    }

    /// <summary>The line that asks for it, as a client sends it.</summary>
    public ReadOnlyMemory<byte> Line() => Hosting.JsonLine.Format(json =>
    {
        json.WriteString("request", NameOf(Kind));
        if (Namespace is not null)
        {
            json.WriteString("namespace", Namespace);
        }

        if (Follow)
        {
            json.WriteBoolean("follow", true);
        }
    });

    /// <summary>The name in a request, and in its answer.</summary>
    public static string NameOf(AdminRequestKind kind) => kind switch
    {
        AdminRequestKind.Status => "status",
        AdminRequestKind.Peers => "peers",
        AdminRequestKind.Topics => "topics",
        AdminRequestKind.Routes => "routes",
        _ => "events",
    };

    private static AdminError? Read(JsonElement root, out AdminRequest? request)
    {
        request = null;
        if (root.ValueKind != JsonValueKind.Object)
        {
            return new AdminError(AdminError.Malformed, "a request is one JSON object on one line");
        }

        AdminRequestKind? kind = null;
        string? ns = null;
        var follow = false;
        foreach (var member in root.EnumerateObject())
        {
            if (member.NameEquals("request"))
            {
                if (TextOf(member.Value) is not { } name || KindOf(name) is not { } known)
                {
                    return new AdminError(AdminError.UnknownRequest, "request is status, peers, topics, routes or events");
                }

                kind = known;
            }
            else if (member.NameEquals("namespace") && TextOf(member.Value) is { Length: > 0 } text && Encoding.UTF8.GetByteCount(text) <= MaxNamespaceBytes)
            {
                ns = text;
            }
            else if (member.NameEquals("follow") && member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            {
                follow = member.Value.ValueKind == JsonValueKind.True;
            }
            else
            {
                return new AdminError(AdminError.Malformed, $"a request has request, namespace (1 to {MaxNamespaceBytes} bytes) and follow (true or false), no more");
            }
        }

        if (kind is null || (follow && kind != AdminRequestKind.Events))
        {
            return new AdminError(AdminError.Malformed, kind is null ? "request is missing" : "follow goes with events alone");
        }

        request = new AdminRequest(kind.Value, ns, follow);
        return null;
    }

    private static AdminRequestKind? KindOf(string name)
    {
        foreach (var kind in Enum.GetValues<AdminRequestKind>())
        {
            if (NameOf(kind) == name)
            {
                return kind;
            }
        }

        return null;
    }

    // A lone surrogate in escapes is well-formed JSON and no text.
    private static string? TextOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
