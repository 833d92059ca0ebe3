using System.Runtime.InteropServices;

namespace ActorP2P.Transport;

/// <summary>
/// fsync of a directory, without which a rename may be undone by a power loss (POSIX says nothing else; ext4 and XFS
/// need it). .NET opens no directories, hence the system calls. Windows journals renames and has no such call.
/// </summary>
internal static class DirectorySync
{
    // O_RDONLY; the same on Linux, macOS and the BSDs.
    private const int ReadOnly = 0;
    private const int InvalidArgument = 22;

    /// <exception cref="IOException">The system refused.</exception>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(directory, ReadOnly);
        if (descriptor < 0)
        {
            throw Error("open", directory);
        }

        try
        {
            // EINVAL: this file system cannot sync directories and keeps them in order by itself.
            if (FSync(descriptor) < 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
            {
                throw Error("fsync", directory);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Error(string call, string directory)
    {
        var code = Marshal.GetLastPInvokeError();
        return new IOException($"{call} of {directory}: {Marshal.GetPInvokeErrorMessage(code)}", code);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int FSync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
