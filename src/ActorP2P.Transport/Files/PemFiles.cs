using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace ActorP2P.Transport;

/// <summary>Why a PEM file could not be read.</summary>
public enum PemFileError
{
    /// <summary>It was read.</summary>
    None,

    /// <summary>There is no such file.</summary>
    NotFound,

    /// <summary>No permission.</summary>
    NotPermitted,

    /// <summary>Longer than the limit.</summary>
    TooLong,

    /// <summary>Not a PEM text (RFC 7468): no BEGIN line, or bytes that are no UTF-8.</summary>
    NotPem,

    /// <summary>A BEGIN line without its END line: the file is being written, or was not finished.</summary>
    Incomplete,

    /// <summary>Bytes that are no UTF-8.</summary>
    NotText,

    /// <summary>Another error of the file system.</summary>
    InputOutput,
}

/// <summary>
/// Reads key, certificate and CA texts. It checks that a file is a whole PEM text and no more: what stands inside is
/// judged by who uses it. A file that is half written during rotation is told apart, so that the old one stays in use.
/// </summary>
public static class PemFiles
{
    /// <summary>Longest file accepted: a chain of ten certificates of 4 KiB and their text has room.</summary>
    public const int MaxFileBytes = 256 * 1024;

    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";
    private const string Dashes = "-----";

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">Longest file accepted.</param>
    /// <param name="text">The text, or null.</param>
    /// <param name="error">Why there is none.</param>
    /// <param name="detail">One line for people that names the file; empty on success.</param>
    public static bool TryRead(
        string path, int maxBytes, [NotNullWhen(true)] out string? text, out PemFileError error, out string detail)
    {
        (text, error) = Read(path, maxBytes, Judge);
        detail = error == PemFileError.None ? "" : $"{path}: {DetailOf(error, maxBytes)}";
        return text is not null;
    }

    /// <summary>Reads a whole file of any text in UTF-8, as lists of node IDs are.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">Longest file accepted.</param>
    /// <param name="text">The text, or null.</param>
    /// <param name="error">Why there is none.</param>
    /// <param name="detail">One line for people that names the file; empty on success.</param>
    public static bool TryReadText(
        string path, int maxBytes, [NotNullWhen(true)] out string? text, out PemFileError error, out string detail)
    {
        (text, error) = Read(path, maxBytes, static bytes => Utf8.IsValid(bytes) ? (Encoding.UTF8.GetString(bytes), PemFileError.None) : (null, PemFileError.NotText));
        detail = error == PemFileError.None ? "" : $"{path}: {DetailOf(error, maxBytes)}";
        return text is not null;
    }

    private static (string? Text, PemFileError Error) Read(
        string path, int maxBytes, Func<ReadOnlySpan<byte>, (string? Text, PemFileError Error)> judge)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[maxBytes + 1];
            var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return count > maxBytes ? (null, PemFileError.TooLong) : judge(bytes.AsSpan(0, count));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, PemFileError.NotFound);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or ArgumentException)
        {
            // A directory, an empty name or one with a forbidden character is refused in the same way.
            return (null, PemFileError.NotPermitted);
        }
        catch (IOException)
        {
            return (null, PemFileError.InputOutput);
        }
    }

    private static (string? Text, PemFileError Error) Judge(ReadOnlySpan<byte> bytes)
    {
        if (!Utf8.IsValid(bytes))
        {
            return (null, PemFileError.NotPem);
        }

        var text = Encoding.UTF8.GetString(bytes);
        var begins = text.AsSpan().Count(Begin);
        if (begins == 0)
        {
            return (null, PemFileError.NotPem);
        }

        return begins == WholeEnds(text) ? (text, PemFileError.None) : (null, PemFileError.Incomplete);
    }

    private static int WholeEnds(ReadOnlySpan<char> text)
    {
        var count = 0;
        for (int at; (at = text.IndexOf(End)) >= 0; count++)
        {
            text = text[(at + End.Length)..];
            if (text.IndexOf(Dashes) < 0)
            {
                break;
            }
        }

        return count;
    }

    private static string DetailOf(PemFileError error, int maxBytes) => error switch
    {
        PemFileError.NotFound => "no such file",
        PemFileError.NotPermitted => "no permission to read it",
        PemFileError.TooLong => $"longer than {maxBytes} bytes",
        PemFileError.NotPem => "not a PEM text",
        PemFileError.NotText => "not a text in UTF-8",
        PemFileError.Incomplete => "a PEM block has no end: the file is being written, or was cut off",
        _ => "cannot be read",
    };
}
