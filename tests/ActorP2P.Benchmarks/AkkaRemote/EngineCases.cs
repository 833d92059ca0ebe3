using ActorP2P.Benchmarks.AkkaRemote;

namespace ActorP2P.Benchmarks;

/// <summary>The cases that only this engine has; each engine's build takes its own file of this name.</summary>
internal static class EngineCases
{
    /// <summary>By name.</summary>
    public static readonly IReadOnlyDictionary<string, Func<BenchmarkArguments, Task>> All = new Dictionary<string, Func<BenchmarkArguments, Task>>
    {
        ["akka-remote"] = AkkaRemoteCases.RunAsync,
    };
}
