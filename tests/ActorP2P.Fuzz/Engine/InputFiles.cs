using System.Security.Cryptography;

namespace ActorP2P.Fuzz.Engine;

/// <summary>Inputs on disk: a folder a target, a file an input, named after its hash.</summary>
public static class InputFiles
{
    /// <summary>All stored inputs of a target, in the order of their names; none when there is no folder.</summary>
    public static IEnumerable<byte[]> Read(string root, string target)
    {
        var folder = Path.Combine(root, target);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes) : [];
    }

    /// <summary>Stores an input; the result is its file.</summary>
    public static string Write(string root, string target, byte[] input)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, target));
        var file = Path.Combine(folder.FullName, Convert.ToHexStringLower(SHA256.HashData(input))[..16] + ".bin");
        File.WriteAllBytes(file, input);
        return file;
    }
}
