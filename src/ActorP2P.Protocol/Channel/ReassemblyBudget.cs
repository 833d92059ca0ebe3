namespace ActorP2P.Protocol.Channel;

/// <summary>
/// The node-wide sum of memory promised to large messages under way. Space is reserved for the whole message before
/// its first chunk is kept; the buffer itself grows only as chunks arrive. Safe to share between threads.
/// </summary>
/// <param name="limitBytes"><c>channel.reassembly-budget-bytes</c>.</param>
public sealed class ReassemblyBudget(long limitBytes)
{
    private long _reservedBytes;

    /// <summary>Bytes promised now.</summary>
    public long ReservedBytes => Interlocked.Read(ref _reservedBytes);

    /// <summary>Promises <paramref name="bytes"/>; false when the limit would be passed.</summary>
    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _reservedBytes, bytes) <= limitBytes)
        {
            return true;
        }

        Interlocked.Add(ref _reservedBytes, -bytes);
        return false;
    }

    /// <summary>Gives a promise back.</summary>
    public void Release(long bytes) => Interlocked.Add(ref _reservedBytes, -bytes);
}
