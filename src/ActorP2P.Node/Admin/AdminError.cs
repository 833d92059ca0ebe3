using ActorP2P.Program.Hosting;

namespace ActorP2P.Program.Admin;

/// <summary>Why a request has no answer, in the words of docs/operating.md.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Detail">One line for people. Holds nothing of what the request said.</param>
internal sealed record AdminError(string Code, string Detail)
{
    /// <summary>Not a JSON object of the documented members.</summary>
    public const string Malformed = "malformed";

    /// <summary>No such request.</summary>
    public const string UnknownRequest = "unknown-request";

    /// <summary>Longer than <c>admin.max-request-bytes</c>.</summary>
    public const string TooLong = "too-long";

    /// <summary>The namespace is not open on the node.</summary>
    public const string UnknownNamespace = "unknown-namespace";

    /// <summary>Longer than <c>admin.max-answer-bytes</c>.</summary>
    public const string AnswerTooLarge = "answer-too-large";

    /// <summary>As many connections as <c>admin.max-connections</c> are open.</summary>
    public const string Busy = "busy";

    /// <summary>The node has not answered within <c>admin.request-timeout</c>.</summary>
    public const string TimedOut = "timed-out";

    /// <summary>The node refused for another reason, which the detail gives.</summary>
    public const string Failed = "failed";

    /// <summary>The line that says so.</summary>
    public ReadOnlyMemory<byte> Line() => JsonLine.Format(json =>
    {
        json.WriteString("error", Code);
        json.WriteString("detail", Detail);
    });
}
