using ActorP2P.Protocol.Channel;

namespace ActorP2P;

/// <content>Carries out what the channel decided.</content>
internal sealed partial class Peer
{
    // No batch that returns bytes to a window has this number.
    private const long SignalBatch = 0;

    private void Perform()
    {
        foreach (var effect in _effects)
        {
            Perform(effect);
        }

        _effects.Clear();
    }

    private void Perform(ChannelEffect effect)
    {
        switch (effect)
        {
            case ChannelEffect.SendFrames e:
                _current?.Link.Tell(new Link.SendRecords(_current.Session.Tag, e.Lane, e.Frames, e.Bytes));
                break;
            case ChannelEffect.Received e:
                _figures.Received(e.Messages.Count);
                _inbound.HandOver(e.Token, e.Messages);
                break;
            case ChannelEffect.Signalled e:
                _figures.Received(e.Messages.Count);
                _receivers.Node.Tell(new Batch(Self, _remote, SignalBatch, e.Messages), Self);
                break;
            case ChannelEffect.Replied e:
                _figures.Received(1);
                SenderOutcomes.Replied(e.Context, e.Payload, _remote, Self);
                break;
            case ChannelEffect.Delivered e:
                SenderOutcomes.Delivered(e.Context, Self);
                break;
            case ChannelEffect.Failed e:
                _environment.Counters.Add("channel.failed." + ReasonName.Of(e.Reason));
                SenderOutcomes.Failed(e.Context, e.Reason, Self);
                break;
            case ChannelEffect.LaneReady e:
                Timers.Cancel(SlowKey + e.Lane);
                if (_outcomes.LaneReady(e.Lane))
                {
                    _receivers.Multicast.Tell(new Multicast.PeerCaughtUp(_remote));
                }

                break;
            case ChannelEffect.Schedule e:
                var delay = e.At - Now;
                Timers.StartSingleTimer(TickKey, Tick.Instance, delay > TimeSpan.Zero ? delay : TimeSpan.Zero);
                break;
            case ChannelEffect.Rekeyed e:
                _environment.Counters.Add("session.rekeyed");
                _receivers.Hub.Tell(new PeerManagerEventHub.Raise(new SessionRekeyed(_namespace, _remote, e.Generation)));
                break;
            case ChannelEffect.Dropped e:
                _environment.Counters.Add("channel.dropped." + ReasonName.Of(e.Reason));
                break;
            case ChannelEffect.Fatal e:
                Break(e.Reason);
                break;
        }
    }

    // The link ends with its typed reason. Until another session comes nothing more is sent or opened.
    private void Break(string reason)
    {
        if (_current is { } broken)
        {
            var name = ReasonName.Of(reason);
            _environment.Counters.Add("channel.fatal." + name);
            broken.Link.Tell(new Link.CloseLink("channel-" + name));
            Leave(broken);
        }
    }
}
