using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Channel;

/// <summary>Carries the change of a session's keys on, in the channel's own order of sealing.</summary>
internal sealed class ChannelKeys
{
    private uint _generation;

    /// <summary>Another session: its keys are those of generation 0.</summary>
    public void Restart() => _generation = 0;

    /// <summary>Call before anything else is sealed.</summary>
    /// <returns>False when the session is over.</returns>
    public bool Renew(NamespaceSession session, DateTimeOffset now, List<ChannelEffect> effects)
    {
        var frames = new List<ReadOnlyMemory<byte>>();
        if (session.Renew(now, frames) is { } failure)
        {
            effects.Add(new ChannelEffect.Fatal(failure.ToString()));
            return false;
        }

        if (frames.Count > 0)
        {
            effects.Add(new ChannelEffect.SendFrames(Lane.Control, frames, frames.Sum(frame => frame.Length)));
        }

        if (session.Generation != _generation)
        {
            _generation = session.Generation;
            effects.Add(new ChannelEffect.Rekeyed(_generation));
        }

        return true;
    }
}
