using System.Security.Cryptography;
using System.Text;

namespace ActorP2P.Transport;

/// <summary>
/// What a node says of its former keys, in a file beside the epoch (<see cref="DurableFile"/>), so that it says it after a restart, too.
/// <code>
/// actorp2p-successions-1
/// lower-case hex digits of a statement                               one line a statement
/// first 16 hex digits of SHA-256 over all before
/// </code>
/// What a statement says is not looked at here.
/// </summary>
public sealed class FileSuccessions(string directory)
{
    /// <summary>Name of the file in the data directory.</summary>
    public const string FileName = "successions";

    /// <summary>Most statements in it.</summary>
    public const int MaxStatements = 16;

    /// <summary>Longest statement, in bytes.</summary>
    public const int MaxStatementBytes = 1024;

    private const string Magic = "actorp2p-successions-1\n";
    private const int ChecksumBytes = 8;
    private const int MaxFileBytes = 64 + (MaxStatements * ((2 * MaxStatementBytes) + 1));

    /// <summary>Reads them; none when there is no file.</summary>
    /// <param name="statements">In the order in which they were saved; empty on failure.</param>
    /// <param name="detail">Why they could not be read, one line for people; empty on success.</param>
    public bool TryRead(out IReadOnlyList<ReadOnlyMemory<byte>> statements, out string detail)
    {
        (statements, detail) = ([], "");
        var path = Path.Combine(directory, FileName);
        try
        {
            if (!File.Exists(path))
            {
                return true;
            }

            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (file.Length <= MaxFileBytes)
            {
                var bytes = new byte[file.Length];
                file.ReadExactly(bytes);
                if (TryParse(Encoding.ASCII.GetString(bytes), out statements))
                {
                    return true;
                }
            }

            detail = $"{path} is damaged: restore it, or remove it, and nobody is told of former keys any more";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            detail = exception.Message.ReplaceLineEndings(" ");
        }

        return false;
    }

    /// <summary>Saves them durably; on failure the file holds what it held.</summary>
    /// <param name="statements">All of them; at most <see cref="MaxStatements"/>.</param>
    /// <param name="detail">Why they were not saved, one line for people; empty on success.</param>
    /// <exception cref="ArgumentException">There are more, or one is empty or longer than <see cref="MaxStatementBytes"/>.</exception>
    public bool TrySave(IReadOnlyList<ReadOnlyMemory<byte>> statements, out string detail)
    {
        ArgumentNullException.ThrowIfNull(statements);
        if (statements.Count > MaxStatements || statements.Any(static statement => statement.Length is 0 or > MaxStatementBytes))
        {
            throw new ArgumentException($"At most {MaxStatements} statements of 1 to {MaxStatementBytes} bytes can be saved.", nameof(statements));
        }

        detail = "";
        try
        {
            Directory.CreateDirectory(directory);
            DurableFile.Replace(directory, FileName, Encoding.ASCII.GetBytes(TextOf(statements)));
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            detail = exception.Message.ReplaceLineEndings(" ");
            return false;
        }
    }

    // What was read is what would be written of it, to the last byte: a file in any other form is damaged.
    private static bool TryParse(string text, out IReadOnlyList<ReadOnlyMemory<byte>> statements)
    {
        statements = [];
        var lines = text.Split('\n');
        var found = new List<ReadOnlyMemory<byte>>();

        // Magic in front; checksum, and nothing after its line's end, behind.
        foreach (var line in lines.Skip(1).SkipLast(2))
        {
            var bytes = new byte[line.Length / 2];
            if (bytes.Length == 0 || Convert.FromHexString(line, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            found.Add(bytes);
        }

        if (found.Count > MaxStatements || text != TextOf(found))
        {
            return false;
        }

        statements = found;
        return true;
    }

    // The checksum tells a damaged file from a valid one; it is no protection against an attacker on the disk.
    private static string TextOf(IReadOnlyList<ReadOnlyMemory<byte>> statements)
    {
        var body = new StringBuilder(Magic);
        foreach (var statement in statements)
        {
            body.Append(Convert.ToHexStringLower(statement.Span)).Append('\n');
        }

        var checksum = SHA256.HashData(Encoding.ASCII.GetBytes(body.ToString())).AsSpan(0, ChecksumBytes);
        return body.Append(Convert.ToHexStringLower(checksum)).Append('\n').ToString();
    }
}
