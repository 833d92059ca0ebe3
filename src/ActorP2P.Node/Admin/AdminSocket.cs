using System.Net.Sockets;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Program.Admin;

/// <summary>Where the endpoint is: a Unix domain socket that nobody but its owner may open.</summary>
internal static class AdminSocket
{
    /// <summary>Its name in the data directory.</summary>
    public const string FileName = "admin.sock";

    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(5);

    /// <summary>The path that the settings name, relative ones below the directory of the configuration file.</summary>
    public static string PathOf(P2PSettings settings, string baseDirectory) => settings.Admin.Socket.Length > 0
        ? Path.GetFullPath(settings.Admin.Socket, baseDirectory)
        : Path.Combine(Path.GetFullPath(settings.Network.DataDirectory, baseDirectory), FileName);

    /// <summary>Null for a path that the system takes, else what is wrong with it.</summary>
    public static string? ProblemOf(string path)
    {
        try
        {
            _ = new UnixDomainSocketEndPoint(path);
            return null;
        }
        catch (ArgumentOutOfRangeException)
        {
            return $"{path} is too long for a socket: name a shorter path (admin.socket in the configuration)";
        }
    }

    /// <summary>Listens there. What a node that was killed left behind is replaced; a living endpoint and any other file are not.</summary>
    /// <returns>The socket, or why there is none.</returns>
    public static async Task<(Socket? Listener, string? Problem)> ListenAsync(string path, int backlog)
    {
        if (ProblemOf(path) is { } tooLong)
        {
            return (null, tooLong);
        }

        if (File.Exists(path) && await TryRemoveStaleAsync(path) is { } taken)
        {
            return (null, taken);
        }

        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows())
            {
                // Before it listens: until then nobody can connect, whatever the umask said.
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            listener.Listen(backlog);
            return (listener, null);
        }
        catch (Exception exception) when (exception is SocketException or IOException or UnauthorizedAccessException)
        {
            listener.Dispose();
            return (null, $"{path}: {exception.Message}");
        }
    }

    private static async Task<string?> TryRemoveStaleAsync(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var deadline = new CancellationTokenSource(ProbeLimit);
        try
        {
            await probe.ConnectAsync(new UnixDomainSocketEndPoint(path), deadline.Token);
            return $"another node answers at {path}";
        }
        catch (OperationCanceledException)
        {
            return $"another process holds {path} and does not answer";
        }
        catch (SocketException exception) when (exception.SocketErrorCode != SocketError.ConnectionRefused)
        {
            return $"{path}: {exception.Message}";
        }
        catch (SocketException)
        {
            // Refused: nobody listens. A socket has no content, so an empty file is all that can be lost.
            if (new FileInfo(path).Length > 0)
            {
                return $"{path} is a file and no socket";
            }
        }

        try
        {
            File.Delete(path);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{path}: {exception.Message}";
        }
    }
}
