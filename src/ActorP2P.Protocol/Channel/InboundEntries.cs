using System.Buffers.Binary;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Channel;

/// <summary>Reads the entries of opened records: messages are collected, control entries take effect at once.</summary>
internal sealed class InboundEntries(ChannelSettings settings, OutboundLane[] outbound, InboundLane[] inbound, PendingRequests requests, ChannelMemory memory, Signals signals)
{
    private readonly TypeNameCache _types = new(settings.MaxTypeNameBytes);

    /// <summary>Reads one record. Null, or the reason that ends the link.</summary>
    public string? Read(
        in FrameHeader header,
        ReadOnlyMemory<byte> plaintext,
        DateTimeOffset now,
        List<InboundMessage> messages,
        List<FailureEntry> failures,
        List<ChannelEffect> effects)
    {
        var lane = inbound[(int)header.Lane];
        if (!memory.IsKnown)
        {
            return memory.Read(header, plaintext, effects);
        }

        if ((header.Flags & FrameFlags.Chunk) != 0)
        {
            return ReadChunk(header, plaintext, now, messages, failures, effects);
        }

        if (lane.Reassembly.IsUnderWay)
        {
            return "InterleavedChunks";
        }

        while (!plaintext.IsEmpty)
        {
            if (!TryTakeEntry(ref plaintext, out var kind, out var flags, out var body)
                || !ReadEntry(header.Lane, kind, flags, body, now, messages, effects))
            {
                return "MalformedEntry";
            }
        }

        return null;
    }

    private static bool TryTakeEntry(ref ReadOnlyMemory<byte> plaintext, out EntryKind kind, out byte flags, out ReadOnlyMemory<byte> body)
    {
        body = default;
        if (!EntryCodec.TryReadHeader(plaintext.Span, out kind, out flags, out var length)
            || length > (uint)(plaintext.Length - EntryCodec.HeaderLengthBytes))
        {
            return false;
        }

        body = plaintext.Slice(EntryCodec.HeaderLengthBytes, (int)length);
        plaintext = plaintext[(EntryCodec.HeaderLengthBytes + (int)length)..];
        return true;
    }

    private string? ReadChunk(
        in FrameHeader header,
        ReadOnlyMemory<byte> plaintext,
        DateTimeOffset now,
        List<InboundMessage> messages,
        List<FailureEntry> failures,
        List<ChannelEffect> effects)
    {
        var reassembly = inbound[(int)header.Lane].Reassembly;
        switch (reassembly.Add(header, plaintext.Span, now, out var message))
        {
            case ChunkOutcome.Kept:
                return null;
            case ChunkOutcome.Complete:
                return TryTakeEntry(ref message, out var kind, out var flags, out var body)
                    && ReadEntry(header.Lane, kind, flags, body, now, messages, effects) ? null : "MalformedEntry";
            case ChunkOutcome.RefusedTooLarge:
                Refuse(header.Lane, reassembly.Start, ChannelFailure.TooLarge, failures, effects);
                return null;
            case ChunkOutcome.RefusedBusy:
                Refuse(header.Lane, reassembly.Start, ChannelFailure.Busy, failures, effects);
                return null;
            default:
                return "MalformedChunk";
        }
    }

    private void Refuse(Lane lane, ReadOnlySpan<byte> start, ChannelFailure reason, List<FailureEntry> failures, List<ChannelEffect> effects)
    {
        effects.Add(new ChannelEffect.Dropped(reason == ChannelFailure.TooLarge ? "message-too-large" : "reassembly-budget"));
        switch ((EntryKind)start[0])
        {
            case EntryKind.Unicast:
                failures.Add(new FailureEntry(EntryKind.Unicast, lane, inbound[(int)lane].TakeMessageId(), reason));
                break;
            case EntryKind.Request when start.Length >= EntryCodec.HeaderLengthBytes + 8:
                inbound[(int)lane].TakeMessageId();
                failures.Add(new FailureEntry(EntryKind.Request, lane, BinaryPrimitives.ReadUInt64LittleEndian(start[EntryCodec.HeaderLengthBytes..]), reason));
                break;
            case EntryKind.Reply:
                inbound[(int)lane].TakeMessageId();
                break;
        }
    }

    private bool ReadEntry(
        Lane lane,
        EntryKind kind,
        byte flags,
        ReadOnlyMemory<byte> body,
        DateTimeOffset now,
        List<InboundMessage> messages,
        List<ChannelEffect> effects)
    {
        var isControl = kind is EntryKind.Acknowledge or EntryKind.Failure or EntryKind.Resume or EntryKind.Signal;
        if (isControl != (lane == Lane.Control))
        {
            return false;
        }

        switch (kind)
        {
            case EntryKind.Acknowledge:
                return EntryCodec.TryReadAcknowledge(body.Span, out var acknowledged, out var progress)
                    && (acknowledged == Lane.Control
                        ? memory.Failures.Acknowledged(progress.Messages)
                        : outbound[(int)acknowledged].Acknowledged(progress, effects));
            case EntryKind.Failure:
                return EntryCodec.TryReadFailure(body.Span, out var failure) && Failed(failure, effects);
            case EntryKind.Unicast:
                if ((flags & EntryCodec.ConfirmFlag) != 0)
                {
                    inbound[(int)lane].WantConfirm();
                }

                return AddTyped(EntryKind.Unicast, lane, inbound[(int)lane].TakeMessageId(), body, default, messages);
            case EntryKind.Request:
                inbound[(int)lane].TakeMessageId();
                return EntryCodec.TryReadRequest(body, out var requestId, out var timeoutMs, out var typed)
                    && AddTyped(EntryKind.Request, lane, requestId, typed, now + Limit(timeoutMs), messages);
            case EntryKind.Reply:
                inbound[(int)lane].TakeMessageId();
                return EntryCodec.TryReadReply(body, out var replyId, out var payload) && Replied(replyId, payload, effects);
            case EntryKind.Signal:
                if (body.Length > Signals.MaxEntryBytes)
                {
                    return false;
                }

                if (!signals.Admits(now))
                {
                    effects.Add(new ChannelEffect.Dropped("signal-flood"));
                    return true;
                }

                return AddTyped(EntryKind.Signal, lane, 0, body, default, messages);
            case EntryKind.Resume:
                // A session has one, and it was read before all else.
                return false;
            default:
                messages.Add(new InboundMessage(kind, lane, 0, "", body, default));
                return true;
        }
    }

    private TimeSpan Limit(uint timeoutMs)
    {
        var timeout = TimeSpan.FromMilliseconds(timeoutMs);
        return timeout < settings.MaxRequestTimeout ? timeout : settings.MaxRequestTimeout;
    }

    private bool AddTyped(EntryKind kind, Lane lane, ulong id, ReadOnlyMemory<byte> typeAndPayload, DateTimeOffset deadline, List<InboundMessage> messages)
    {
        if (!_types.TryRead(typeAndPayload, out var type, out var payload))
        {
            return false;
        }

        messages.Add(new InboundMessage(kind, lane, id, type, payload, deadline));
        return true;
    }

    private bool Replied(ulong id, ReadOnlyMemory<byte> payload, List<ChannelEffect> effects)
    {
        effects.Add(requests.TryTake(id, out var context)
            ? new ChannelEffect.Replied(context, payload)
            : new ChannelEffect.Dropped("late-reply"));
        return true;
    }

    private bool Failed(FailureEntry failure, List<ChannelEffect> effects)
    {
        inbound[(int)Lane.Control].NoteFailure();
        if (failure.Kind == EntryKind.Unicast)
        {
            if (!outbound[(int)failure.Lane].Fail(failure.Id, failure.Reason, effects))
            {
                effects.Add(new ChannelEffect.Dropped("late-failure"));
            }

            return true;
        }

        effects.Add(requests.TryTake(failure.Id, out var context)
            ? new ChannelEffect.Failed(context, failure.Reason)
            : new ChannelEffect.Dropped("late-failure"));
        return true;
    }
}
