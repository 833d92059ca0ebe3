using System.Reflection;
using System.Runtime.Loader;

namespace ActorP2P.Fuzz.Coverage;

/// <summary>
/// A directory with this program and instrumented copies of what it fuzzes, loaded apart from the originals: targets
/// that run in there run instrumented code.
/// </summary>
public sealed class InstrumentedCopy : IDisposable
{
    private static readonly string[] Fuzzed = ["ActorP2P.Protocol.dll", "ActorP2P.Hocon.dll", "ActorP2P.Guomi.dll"];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("actorp2p-fuzz-");

    /// <summary>Makes the copy.</summary>
    public InstrumentedCopy()
    {
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll"))
        {
            var name = Path.GetFileName(file);
            var copy = Path.Combine(_directory.FullName, name);
            if (Fuzzed.Contains(name))
            {
                Blocks += Instrumenter.Instrument(file, copy);
            }
            else
            {
                File.Copy(file, copy);
            }
        }
    }

    /// <summary>Instrumented basic blocks.</summary>
    public int Blocks { get; }

    /// <summary>Runs a static method <c>int (string[])</c> of this program inside the copy.</summary>
    public int Run(Type type, string method, string[] args)
    {
        var assembly = new Context(_directory.FullName).LoadFromAssemblyPath(Path.Combine(_directory.FullName, "ActorP2P.Fuzz.dll"));
        var entry = assembly.GetType(type.FullName!, throwOnError: true)!.GetMethod(method, BindingFlags.Static | BindingFlags.Public)!;
        return entry.CreateDelegate<Func<string[], int>>()(args);
    }

    /// <inheritdoc />
    public void Dispose() => _directory.Delete(recursive: true);

    private sealed class Context(string directory) : AssemblyLoadContext("fuzz")
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            var file = Path.Combine(directory, assemblyName.Name + ".dll");
            return File.Exists(file) ? LoadFromAssemblyPath(file) : null;
        }
    }
}
