namespace ActorP2P.Fuzz.Engine;

/// <summary>Something that takes bytes from a stranger. A run that throws is a finding: targets let only typed outcomes pass.</summary>
public abstract class FuzzTarget
{
    /// <summary>Name on the command line and of its folders.</summary>
    public abstract string Name { get; }

    /// <summary>What is fed with what, in one line.</summary>
    public abstract string About { get; }

    /// <summary>Longer inputs are cut.</summary>
    public virtual int MaxInputBytes => 4096;

    /// <summary>What one run may allocate whatever it is given, in bytes.</summary>
    public abstract long AllocationBaseBytes { get; }

    /// <summary>And what it may allocate for each byte of its input.</summary>
    public abstract long AllocationFactor { get; }

    /// <summary>Valid inputs, made by the code that is fuzzed: they follow every change of the format.</summary>
    public abstract IEnumerable<byte[]> Seeds();

    /// <summary>Handles one input.</summary>
    /// <exception cref="PromiseBrokenException">Something other than an exception went wrong.</exception>
    public abstract void Run(byte[] input);

    /// <summary>Changes an input with knowledge of its structure; null leaves it to the byte level.</summary>
    public virtual byte[]? Mutate(byte[] input, Random random) => null;
}

/// <summary>A run ended without an exception and still broke what the target promises.</summary>
public sealed class PromiseBrokenException(string message) : Exception(message)
{
    /// <summary>Throws unless the promise holds.</summary>
    public static void Unless(bool holds, string promise)
    {
        if (!holds)
        {
            throw new PromiseBrokenException(promise);
        }
    }
}
