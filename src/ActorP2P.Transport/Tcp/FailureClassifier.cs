using System.Net.Sockets;
using System.Security.Authentication;

namespace ActorP2P.Transport;

/// <summary>Turns what the network stack throws into a <see cref="TransportFailure"/>.</summary>
internal static class FailureClassifier
{
    private const int MaxDetailLength = 200;

    public static readonly TransportFailure ClosedByUs = new(TransportFailureReason.ClosedByUs, "closed by this node");

    public static readonly TransportFailure ClosedByRemote = new(TransportFailureReason.ClosedByRemote, "closed by the remote");

    /// <summary>Every exception has a class; one that is not the network's own is a <see cref="TransportFailureReason.Fault"/>.</summary>
    public static TransportFailure Classify(Exception exception) => exception switch
    {
        SocketException socket => OfSocket(socket),
        IOException { InnerException: SocketException socket } => OfSocket(socket),
        AuthenticationException or IOException => Of(TransportFailureReason.TlsRefused, Innermost(exception).Message),
        ObjectDisposedException or OperationCanceledException => ClosedByUs,
        _ => Of(TransportFailureReason.Fault, $"{exception.GetType().Name}: {exception.Message}"),
    };

    public static TransportFailure Of(TransportFailureReason reason, string detail)
    {
        var line = detail.ReplaceLineEndings(" ").Trim();
        return new TransportFailure(reason, line.Length <= MaxDetailLength ? line : line[..MaxDetailLength]);
    }

    private static TransportFailure OfSocket(SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => Of(TransportFailureReason.Refused, "nobody listens there"),
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain =>
            Of(TransportFailureReason.NameNotResolved, "the name did not resolve"),
        SocketError.TimedOut => Of(TransportFailureReason.TimedOut, "the network gave no answer in time"),
        SocketError.OperationAborted => ClosedByUs,
        var code => Of(TransportFailureReason.SocketError, code.ToString()),
    };

    private static Exception Innermost(Exception exception) =>
        exception.InnerException is { } inner ? Innermost(inner) : exception;
}
