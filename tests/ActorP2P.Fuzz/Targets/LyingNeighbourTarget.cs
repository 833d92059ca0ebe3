using ActorP2P.Fuzz.Engine;

namespace ActorP2P.Fuzz.Targets;

/// <summary>A member's messages to one node of a small network, each part of the input one of them.</summary>
internal abstract class LyingNeighbourTarget : FuzzTarget
{
    /// <summary>Lets nothing pass: only the input is heard.</summary>
    protected static readonly Func<int, int, ReadOnlyMemory<byte>, bool> Silence = static (_, _, _) => false;

    public override int MaxInputBytes => 8192;

    public override long AllocationBaseBytes => 4 * 1024 * 1024;

    public override long AllocationFactor => 4096;

    public override byte[]? Mutate(byte[] input, Random random) =>
        Parts.Mutate(input, random, part => ByteMutator.Mutate(part, part, MaxInputBytes, random));

    /// <summary>Keeps what is said on every link, and lets it pass.</summary>
    protected static Func<int, int, ReadOnlyMemory<byte>, bool> Hear(List<byte[]> heard) => (_, _, bytes) =>
    {
        heard.Add(bytes.ToArray());
        return true;
    };
}
