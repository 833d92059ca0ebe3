using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Channel;

/// <summary>
/// What a channel remembers from session to session, and how two ends come to agree on it. Each names its channel by a
/// random number and says how many messages it has received of the far side's channel that it knows. Where both remember,
/// each goes on behind what the other received: nothing is lost, doubled or reordered. Where one has forgotten (its process
/// or its namespace restarted), the other counts from nothing again, and gives what was under way its outcome.
/// Until the far side has spoken nothing else is sent, so that what is under way always has a far side that is known.
/// </summary>
internal sealed class ChannelMemory(ulong channel, OutboundLane[] outbound, InboundLane[] inbound, PendingRequests requests, SentFailures failures)
{
    private ulong _known;

    /// <summary>True once the far side has said, in this session, what it remembers.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Failures to tell, told and not acknowledged.</summary>
    public SentFailures Failures => failures;

    /// <summary>This side's first entry of the session: what it remembered when that began, whatever came since.</summary>
    public ResumeEntry Resume { get; private set; } = new(channel, 0, new ulong[Lanes.Count]);

    /// <summary>Another session begins.</summary>
    public void Restart()
    {
        IsKnown = false;
        Resume = new ResumeEntry(channel, _known, [.. inbound.Select(static lane => lane.ReceivedMessages)]);
    }

    /// <summary>Reads the record that must be the session's first. Null, or the reason that ends the link.</summary>
    public string? Read(in FrameHeader header, ReadOnlyMemory<byte> plaintext, List<ChannelEffect> effects)
    {
        if (header.Lane != Lane.Control || (header.Flags & FrameFlags.Chunk) != 0
            || !EntryCodec.TryReadHeader(plaintext.Span, out var kind, out _, out var lengthBytes) || kind != EntryKind.Resume)
        {
            return "NotResumed";
        }

        if (lengthBytes != plaintext.Length - EntryCodec.HeaderLengthBytes
            || !EntryCodec.TryReadResume(plaintext.Span[EntryCodec.HeaderLengthBytes..], out var resume))
        {
            return "MalformedEntry";
        }

        IsKnown = true;
        var isAnother = resume.Channel != _known;
        if (isAnother)
        {
            _known = resume.Channel;
            foreach (var lane in inbound)
            {
                lane.Forget();
            }
        }

        if (isAnother && resume.Known != channel)
        {
            Forget(effects);
            return null;
        }

        // A far side that is the same and does not know this channel never had a session of it that reached payload.
        return TakeBack(resume.Known == channel ? resume.Received : new ulong[Lanes.Count]) ? null : "MalformedEntry";
    }

    private bool TakeBack(IReadOnlyList<ulong> received)
    {
        var fits = failures.TakeBack(received[(int)Lane.Control]);
        for (var lane = 1; fits && lane < Lanes.Count; lane++)
        {
            fits = outbound[lane].TakeBack(received[lane]);
        }

        return fits;
    }

    private void Forget(List<ChannelEffect> effects)
    {
        failures.Forget();
        foreach (var lane in outbound)
        {
            lane.Forget(effects);
        }

        requests.FailAllBut(outbound.SelectMany(static lane => lane.WaitingRequests).ToHashSet(), ChannelFailure.PeerDown, effects);
    }
}
