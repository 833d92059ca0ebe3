namespace ActorP2P;

/// <summary>Something that was asked of the node was refused or failed.</summary>
/// <param name="reason">Why; <see cref="SendFailure.Invalid"/> when the answer gave words only.</param>
/// <param name="message">One line.</param>
public sealed class P2PClientException(SendFailure reason, string message) : Exception(message)
{
    /// <summary>Why.</summary>
    public SendFailure Reason { get; } = reason;

    internal static P2PClientException From(object answer) => answer switch
    {
        SendFailed m => new(m.Reason, $"{m.Type} failed: {m.Reason}."),
        SendRefused m => new(m.Reason, $"The message was refused: {m.Reason}."),
        RequestFailed m => new(m.Reason, $"The request {m.Type} failed: {m.Reason}."),
        RegisterRefused m => new(Parse(m.Reason), $"The type {m.Type} was not registered: {m.Reason}."),
        OpenRefused m => new(Parse(m.Reason), $"The namespace {m.Namespace} was not opened: {m.Reason}."),
        StateRefused m => new(Parse(m.Reason), $"{m.Subject} was refused: {m.Reason}."),
        _ => new(SendFailure.Invalid, $"The node answered with {answer.GetType().Name}."),
    };

    private static SendFailure Parse(string reason) =>
        Enum.TryParse<SendFailure>(reason, out var parsed) && Enum.IsDefined(parsed) ? parsed : SendFailure.Invalid;
}
