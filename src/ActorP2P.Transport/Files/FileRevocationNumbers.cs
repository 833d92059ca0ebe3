using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace ActorP2P.Transport;

/// <summary>Why the highest numbers of revocation lists could not be read or saved.</summary>
public enum RevocationNumbersFailure
{
    /// <summary>They were.</summary>
    None,

    /// <summary>The file is not one of ours, or is damaged. It is never replaced without being asked.</summary>
    Corrupt,

    /// <summary>No space left.</summary>
    DiskFull,

    /// <summary>No permission.</summary>
    NotPermitted,

    /// <summary>Another error of the file system.</summary>
    InputOutput,
}

/// <summary>
/// The highest number of each issuer's revocation lists that was in force, in a file beside the epoch (<see cref="DurableFile"/>), so
/// that a list which is taken back to an older one while the node is down is refused at its next start.
/// <code>
/// actorp2p-crl-numbers-1
/// 64 hex digits of the issuer's reference, space, decimal number     one line an issuer, ascending
/// first 16 hex digits of SHA-256 over all before
/// </code>
/// </summary>
public sealed class FileRevocationNumbers(string directory)
{
    /// <summary>Name of the file in the data directory.</summary>
    public const string FileName = "crl-numbers";

    private const string Magic = "actorp2p-crl-numbers-1\n";
    private const int MaxIssuers = 1024;
    private const int ReferenceLength = 64;
    private const int MaxDigits = 49; // 20 bytes (RFC 5280, 5.2.3).
    private const int ChecksumBytes = 8;
    private const int MaxFileBytes = 64 + (MaxIssuers * (ReferenceLength + MaxDigits + 2));

    /// <summary>Reads them; none when there is no file.</summary>
    /// <param name="numbers">By issuer reference; empty on failure.</param>
    /// <param name="detail">One line for people; empty on success.</param>
    public RevocationNumbersFailure TryRead(out IReadOnlyDictionary<string, BigInteger> numbers, out string detail)
    {
        numbers = new Dictionary<string, BigInteger>();
        detail = "";
        var path = Path.Combine(directory, FileName);
        try
        {
            if (!File.Exists(path))
            {
                return RevocationNumbersFailure.None;
            }

            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (file.Length <= MaxFileBytes)
            {
                var bytes = new byte[file.Length];
                file.ReadExactly(bytes);
                if (TryParse(Encoding.ASCII.GetString(bytes), out numbers))
                {
                    return RevocationNumbersFailure.None;
                }
            }

            detail = $"{path} is damaged: restore it, or remove it if no older revocation list can have been put in place of a newer one";
            return RevocationNumbersFailure.Corrupt;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Failed(exception, out detail);
        }
    }

    /// <summary>Saves them durably; on failure the file holds what it held.</summary>
    /// <param name="numbers">By issuer reference (64 hex digits); at most 1,024.</param>
    /// <param name="detail">One line for people; empty on success.</param>
    /// <exception cref="ArgumentException">There are more, or a reference has another form.</exception>
    public RevocationNumbersFailure Save(IReadOnlyDictionary<string, BigInteger> numbers, out string detail)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        if (numbers.Count > MaxIssuers || numbers.Any(static pair => !IsEntry(pair.Key, pair.Value)))
        {
            throw new ArgumentException($"At most {MaxIssuers} references of {ReferenceLength} hex digits can be saved.", nameof(numbers));
        }

        detail = "";
        try
        {
            Directory.CreateDirectory(directory);
            DurableFile.Replace(directory, FileName, Encoding.ASCII.GetBytes(TextOf(numbers)));
            return RevocationNumbersFailure.None;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Failed(exception, out detail);
        }
    }

    private static RevocationNumbersFailure Failed(Exception exception, out string detail)
    {
        detail = exception.Message.ReplaceLineEndings(" ");
        return exception is UnauthorizedAccessException ? RevocationNumbersFailure.NotPermitted
            : DurableFile.IsDiskFull((IOException)exception) ? RevocationNumbersFailure.DiskFull
            : RevocationNumbersFailure.InputOutput;
    }

    // What was read is what would be written of it, to the last byte: a file in any other form is damaged.
    private static bool TryParse(string text, out IReadOnlyDictionary<string, BigInteger> numbers)
    {
        var found = new Dictionary<string, BigInteger>(StringComparer.Ordinal);
        numbers = new Dictionary<string, BigInteger>();
        foreach (var line in text.Split('\n').Skip(1).Where(static line => line.Length > ReferenceLength))
        {
            var parts = line.Split(' ');
            if (parts.Length != 2 || parts[1].Length > MaxDigits
                || !BigInteger.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || !IsEntry(parts[0], number)
                || !found.TryAdd(parts[0], number))
            {
                return false;
            }
        }

        if (found.Count > MaxIssuers || text != TextOf(found))
        {
            return false;
        }

        numbers = found;
        return true;
    }

    private static bool IsEntry(string reference, BigInteger number) =>
        number.Sign >= 0 && reference.Length == ReferenceLength && reference.All(static c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');

    // The checksum tells a damaged file from a valid one; it is no protection against an attacker on the disk.
    private static string TextOf(IReadOnlyDictionary<string, BigInteger> numbers)
    {
        var body = new StringBuilder(Magic);
        foreach (var (reference, number) in numbers.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            body.Append(reference).Append(' ').Append(number.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }

        var checksum = SHA256.HashData(Encoding.ASCII.GetBytes(body.ToString())).AsSpan(0, ChecksumBytes);
        return body.Append(Convert.ToHexStringLower(checksum)).Append('\n').ToString();
    }
}
