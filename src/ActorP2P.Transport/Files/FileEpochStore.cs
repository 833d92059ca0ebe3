using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ActorP2P.Transport;

/// <summary>
/// The epoch in a file (<see cref="DurableFile"/>).
/// </summary>
public sealed class FileEpochStore(string directory) : IEpochStore
{
    /// <summary>Name of the file in the data directory.</summary>
    public const string FileName = "epoch";

    private const string Magic = "actorp2p-epoch-1";
    private const int MaxFileBytes = 128;
    private const int ChecksumBytes = 8;

    /// <inheritdoc />
    public EpochResult Next(DateTimeOffset now, ulong atLeast)
    {
        try
        {
            Directory.CreateDirectory(directory);
            using var exclusive = LockDirectory();
            if (exclusive is null)
            {
                return Failed(EpochFailure.InUse, $"{directory} is in use by another process");
            }

            var path = Path.Combine(directory, FileName);
            ulong stored = 0;
            if (File.Exists(path) && !TryRead(path, out stored))
            {
                return Failed(EpochFailure.Corrupt, $"{path} is damaged: restore it, or remove it if this node never ran under its key");
            }

            if (stored == ulong.MaxValue)
            {
                return Failed(EpochFailure.Exhausted, "no higher epoch exists");
            }

            var epoch = MemoryEpochStore.After(stored, now, atLeast);
            DurableFile.Replace(directory, FileName, Encoding.ASCII.GetBytes(TextOf(epoch)));
            return new EpochResult(epoch, EpochFailure.None, "");
        }
        catch (UnauthorizedAccessException exception)
        {
            return Failed(EpochFailure.NotPermitted, exception.Message);
        }
        catch (IOException exception)
        {
            return Failed(DurableFile.IsDiskFull(exception) ? EpochFailure.DiskFull : EpochFailure.InputOutput, exception.Message);
        }
    }

    private static EpochResult Failed(EpochFailure failure, string detail) => new(0, failure, detail.ReplaceLineEndings(" "));

    // Null when another process holds it. The file stays: removing it would let two processes lock two files.
    private FileStream? LockDirectory()
    {
        var path = Path.Combine(directory, FileName + ".lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    private static bool TryRead(string path, out ulong epoch)
    {
        epoch = 0;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (file.Length > MaxFileBytes)
        {
            return false;
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var text = Encoding.ASCII.GetString(bytes);
        var parts = text.Split(' ');
        return parts.Length == 3
            && ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out epoch)
            && text == TextOf(epoch);
    }

    // The checksum tells a damaged file from a valid one; it is no protection against an attacker on the disk.
    private static string TextOf(ulong epoch)
    {
        var body = string.Create(CultureInfo.InvariantCulture, $"{Magic} {epoch}");
        var checksum = SHA256.HashData(Encoding.ASCII.GetBytes(body)).AsSpan(0, ChecksumBytes);
        return $"{body} {Convert.ToHexStringLower(checksum)}\n";
    }
}
