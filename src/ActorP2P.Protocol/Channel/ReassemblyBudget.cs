using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Channel;

/// <summary>
/// The node-wide sum of memory promised to large messages under way. Space is reserved for the whole message before
/// its first chunk is kept; the buffer itself grows only as chunks arrive. No remote gets more than its share, in
/// however many namespaces, so one that hoards leaves room for the others. Safe to share between threads.
/// </summary>
/// <param name="settings">Sum and share: <c>channel.reassembly-budget-bytes</c>, <c>channel.reassembly-share-bytes</c>.</param>
public sealed class ReassemblyBudget(ChannelSettings settings)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, long> _byRemote = [];
    private long _reservedBytes;

    /// <summary>Bytes promised now.</summary>
    public long ReservedBytes => Interlocked.Read(ref _reservedBytes);

    /// <summary>Promises <paramref name="bytes"/> to a message of <paramref name="remote"/>; false when the sum or its share would be passed.</summary>
    public bool TryReserve(NodeId remote, long bytes)
    {
        lock (_gate)
        {
            var share = _byRemote.GetValueOrDefault(remote) + bytes;
            if (share > settings.ReassemblyShareBytes || _reservedBytes + bytes > settings.ReassemblyBudgetBytes)
            {
                return false;
            }

            _byRemote[remote] = share;
            _reservedBytes += bytes;
            return true;
        }
    }

    /// <summary>Gives a promise back.</summary>
    public void Release(NodeId remote, long bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        lock (_gate)
        {
            _reservedBytes -= bytes;
            var left = _byRemote[remote] - bytes;
            if (left == 0)
            {
                _byRemote.Remove(remote);
            }
            else
            {
                _byRemote[remote] = left;
            }
        }
    }
}
