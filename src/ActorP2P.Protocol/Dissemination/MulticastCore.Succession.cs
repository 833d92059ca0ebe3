using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Dissemination;

/// <content>A new key of this node.</content>
public sealed partial class MulticastCore
{
    /// <summary>
    /// Publishes under another key from now on. What waits for a signature gets that of the old key and goes out; what is
    /// held stays held, for those who lack it. Seqs go on, under the new ID.
    /// </summary>
    public void Succeed(INodeKey key, DateTimeOffset now, List<MulticastEffect> effects)
    {
        Flush(now, effects);
        _key = key;
        _self.Succeed(key.Id);
        _neighbourhood.Use(_neighbourhood.View);
        _origins.Name(key.Id);
        Rearm(now, effects);
    }
}
