using System.Text;

namespace ActorP2P.Hocon;

/// <summary>
/// Includes from the file system: the only place of this project that reads files. Relative names are
/// relative to the including file, also inside <c>file()</c>: what a configuration means must not depend
/// on the directory its process was started in. File URLs are files, other URLs are refused.
/// </summary>
/// <param name="baseDirectory">Where relative names of text that is no file itself are looked up.</param>
/// <param name="limits">Bounds the size of a file; the defaults when null.</param>
public sealed class FileIncludeResolver(string baseDirectory, HoconLimits? limits = null) : IIncludeResolver
{
    // "Files in HOCON format should be parsed last. Files in JSON format should be parsed next-to-last."
    private static readonly string[] KnownExtensions = [".properties", ".json", ".conf"];

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public IncludeResult Resolve(IncludeRequest request)
    {
        var name = request.Name;
        if (request.Target == IncludeTarget.Classpath)
            return IncludeResult.Refused(HoconErrorKind.IncludeUnsupported, "classpath(...) names an embedded resource, and this is a file");
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal))
            return IncludeResult.Refused(HoconErrorKind.IncludeUnsupported, "the name of an included file is empty or holds a NUL");
        // A rooted Unix path also parses as a URL; only what names a scheme is one.
        if (name.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(name, UriKind.Absolute, out var url))
        {
            if (!url.IsFile)
                return IncludeResult.Refused(HoconErrorKind.IncludeUnsupported, $"'{url.Scheme}' URLs are not fetched; only files are included");
            name = url.LocalPath;
        }
        else if (request.Target == IncludeTarget.Url)
        {
            return IncludeResult.Refused(HoconErrorKind.IncludeUnsupported, $"'{name}' is not a URL");
        }

        var directory = Path.IsPathRooted(request.IncludingSource) ? Path.GetDirectoryName(request.IncludingSource)! : baseDirectory;
        return Read(Path.GetFullPath(name, Path.GetFullPath(directory)));
    }

    internal static HoconFormat FormatOf(string path) =>
        path.EndsWith(".properties", StringComparison.Ordinal) ? HoconFormat.Properties : HoconFormat.Hocon;

    internal static bool TryRead(string path, HoconLimits limits, out string text, out HoconErrorKind kind, out string reason)
    {
        try
        {
            using var file = File.Exists(path) || Directory.Exists(path) ? File.OpenRead(path) : null;
            return TryRead(file, limits, out text, out kind, out reason);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            (text, kind, reason) = ("", HoconErrorKind.Unreadable, $"'{path}' cannot be read: {failure.Message}");
            return false;
        }
    }

    internal static bool TryRead(Stream? source, HoconLimits limits, out string text, out HoconErrorKind kind, out string reason)
    {
        (text, kind, reason) = ("", HoconErrorKind.NotFound, "there is no such source");
        if (source is null)
            return false;
        // A source's own claim about its length is not trusted: devices and pipes have none.
        const int MaxBytesPerChar = 3;
        var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (source.Read(buffer) is > 0 and var read)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > (long)limits.MaxSourceChars * MaxBytesPerChar)
            {
                (kind, reason) = (HoconErrorKind.SourceTooLarge, $"the source is longer than {limits.MaxSourceChars} characters");
                return false;
            }
        }

        try
        {
            text = StrictUtf8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
            return true;
        }
        catch (DecoderFallbackException invalid)
        {
            (kind, reason) = (HoconErrorKind.InvalidEncoding, $"the source is not valid UTF-8: {invalid.Message}");
            return false;
        }
    }

    private IncludeResult Read(string path)
    {
        var known = KnownExtensions.Contains(Path.GetExtension(path), StringComparer.Ordinal);
        var candidates = known || File.Exists(path) ? [path] : KnownExtensions.Select(extension => path + extension).Where(File.Exists).ToArray();
        var found = new List<IncludedSource>();
        foreach (var candidate in candidates)
        {
            if (TryRead(candidate, limits ?? HoconLimits.Default, out var text, out var kind, out var reason))
                found.Add(new IncludedSource(candidate, text, FormatOf(candidate)));
            else if (kind != HoconErrorKind.NotFound)
                return IncludeResult.Refused(kind, reason);
        }

        return found.Count == 0 ? IncludeResult.NotFound : IncludeResult.Found(found);
    }
}
