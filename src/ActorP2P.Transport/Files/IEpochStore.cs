namespace ActorP2P.Transport;

/// <summary>Why an epoch could not be saved. A node without a saved epoch must not send.</summary>
public enum EpochFailure
{
    /// <summary>It was saved.</summary>
    None,

    /// <summary>The file exists and is not one of ours, or is damaged. It is never replaced without being asked.</summary>
    Corrupt,

    /// <summary>No space left.</summary>
    DiskFull,

    /// <summary>No permission.</summary>
    NotPermitted,

    /// <summary>Another process is saving its epoch in the same directory.</summary>
    InUse,

    /// <summary>Another error of the file system.</summary>
    InputOutput,

    /// <summary>No higher epoch exists (2^64 - 1 is taken).</summary>
    Exhausted,
}

/// <summary>What <see cref="IEpochStore.Next"/> answers.</summary>
/// <param name="Epoch">The saved epoch; 0 on failure.</param>
/// <param name="Failure">Why there is none.</param>
/// <param name="Detail">One line for people; empty on success.</param>
public readonly record struct EpochResult(ulong Epoch, EpochFailure Failure, string Detail)
{
    /// <summary>True when <see cref="Epoch"/> is saved and may be used.</summary>
    public bool Ok => Failure == EpochFailure.None;
}

/// <summary>
/// Keeps a node's epoch, the number that orders its lives. Every message id and every signed state carries it, so it
/// must grow from start to start even when the clock falls back.
/// </summary>
public interface IEpochStore
{
    /// <summary>Takes and saves max(stored + 1, Unix milliseconds, <paramref name="atLeast"/>).</summary>
    /// <param name="now">The present time.</param>
    /// <param name="atLeast">1 + the highest epoch of our own key that a peer has shown us; 0 when there is none.</param>
    EpochResult Next(DateTimeOffset now, ulong atLeast);
}

/// <summary>An epoch that lives as long as this object: for simulation, which restarts a node with the same store.</summary>
public sealed class MemoryEpochStore : IEpochStore
{
    private readonly Lock _gate = new();
    private ulong _stored;

    /// <inheritdoc />
    public EpochResult Next(DateTimeOffset now, ulong atLeast)
    {
        lock (_gate)
        {
            if (_stored == ulong.MaxValue)
            {
                return new EpochResult(0, EpochFailure.Exhausted, "no higher epoch exists");
            }

            _stored = After(_stored, now, atLeast);
            return new EpochResult(_stored, EpochFailure.None, "");
        }
    }

    /// <summary>The rule itself; <paramref name="stored"/> is below the maximum.</summary>
    internal static ulong After(ulong stored, DateTimeOffset now, ulong atLeast) =>
        Math.Max(Math.Max(stored + 1, (ulong)Math.Max(0, now.ToUnixTimeMilliseconds())), atLeast);
}
