namespace ActorP2P.Transport;

/// <summary>
/// A small file that after a crash at any point holds the old or the new content, whole: written beside the old one,
/// synced, renamed over it, and the directory synced.
/// </summary>
internal static class DurableFile
{
    // The system's own error numbers behind IOException.HResult: ENOSPC and EDQUOT, ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL.
    private static readonly int[] DiskFullCodes = [28, 122, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    /// <exception cref="IOException">The file system refused; the old content stays.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission; the old content stays.</exception>
    public static void Replace(string directory, string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(directory, name);
        var next = path + ".tmp";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
        DirectorySync.Flush(directory);
    }

    /// <summary>True when there is no room left.</summary>
    public static bool IsDiskFull(IOException exception) => DiskFullCodes.Contains(exception.HResult);
}
