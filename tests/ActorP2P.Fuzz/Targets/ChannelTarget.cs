using ActorP2P.Fuzz.Engine;
using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Tests.Channel;
using static ActorP2P.Fuzz.Engine.PromiseBrokenException;

namespace ActorP2P.Fuzz.Targets;

/// <summary>A member that lies: each part of the input becomes an authentic record of the lane and with the flags that its first bytes say.</summary>
internal sealed class ChannelTarget : FuzzTarget
{
    private const int PrefixBytes = 3;

    private static readonly ChannelSettings Settings = ChannelPair.Defaults with
    {
        MaxMessageBytes = 64 * 1024,
        ReassemblyBudgetBytes = 256 * 1024,
        ReassemblyShareBytes = 128 * 1024,
    };

    public override string Name => "channel";

    public override string About => "PeerChannel fed with authentic records that a lying member filled";

    public override long AllocationBaseBytes => 1024 * 1024;

    public override long AllocationFactor => 64;

    public override IEnumerable<byte[]> Seeds()
    {
        var text = "vote"u8;
        byte[] type = [4, 0, .. text];
        yield return Parts.Join(Record(Lane.Request, FrameFlags.None, [2, 1, 9, 0, 0, 0, .. type, 1, 2, 3], 0));
        yield return Parts.Join(Record(Lane.Request, FrameFlags.None, [3, 0, 20, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0, .. type, 1, 2], 0));
        yield return Parts.Join(
            Record(Lane.Control, FrameFlags.None, [1, 0, 13, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0], 0),
            Record(Lane.Control, FrameFlags.None, [5, 0, 12, 0, 0, 0, 2, 2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0], 0));
        yield return Parts.Join(
            Record(Lane.Bulk, FrameFlags.Chunk, [2, 0, 26, 0, 0, 0, .. type, .. new byte[10]], 0),
            Record(Lane.Bulk, FrameFlags.Chunk | FrameFlags.LastChunk, new byte[10], 1));
        yield return Parts.Join(Record(Lane.Control, FrameFlags.None, [9, 0, 8, 0, 0, 0, .. type, 1, 2], 0));
        yield return Parts.Join(Record(Lane.Gossip, FrameFlags.None, [6, 0, 2, 0, 0, 0, 1, 2, 7, 0, 1, 0, 0, 0, 3], 0));
    }

    public override void Run(byte[] input)
    {
        using var pair = new ChannelPair(Settings);
        pair.Settle();
        // The far side has something outstanding, so that acknowledgements, failures and replies have what they may hit.
        pair.A.Channel.Enqueue(ChannelPair.Unicast([1], context: "unicast", confirm: true), pair.Now);
        pair.A.Channel.Enqueue(ChannelPair.Request([2], "request"), pair.Now);
        pair.A.Channel.Flush(pair.Now, pair.A.Effects);
        foreach (var part in Parts.Split(input))
        {
            if (part.Length < PrefixBytes || !Lanes.IsKnown(part[0]))
            {
                continue;
            }

            if (!TrySeal(pair.Raw.Sealer((Lane)part[0]), part, out var frame))
            {
                // A frame that contradicts itself ends the link before its record is looked at.
                break;
            }

            pair.A.Channel.Receive([frame], pair.Now, pair.A.Effects);
            if (pair.A.Take<ChannelEffect.Fatal>().Count > 0)
            {
                break;
            }

            foreach (var batch in pair.A.Take<ChannelEffect.Received>())
            {
                pair.A.Channel.Acknowledge(batch.Token, pair.Now);
            }
        }

        pair.A.Channel.Flush(pair.Now, pair.A.Effects);
        pair.A.Channel.TimerFired(pair.Now + TimeSpan.FromMinutes(5), pair.A.Effects);
        pair.A.Channel.Close(pair.A.Effects);
        var outcomes = pair.A.Effects.Count(effect => effect is ChannelEffect.Delivered or ChannelEffect.Failed or ChannelEffect.Replied);
        Unless(outcomes == 2, $"two messages have two outcomes, not {outcomes}");
    }

    public override byte[]? Mutate(byte[] input, Random random) =>
        Parts.Mutate(input, random, part => ByteMutator.Mutate(part, part, MaxInputBytes, random));

    private static byte[] Record(Lane lane, FrameFlags flags, byte[] plaintext, byte chunk) => [(byte)lane, (byte)flags, chunk, .. plaintext];

    private static bool TrySeal(RecordSealer sealer, byte[] part, out Frame frame)
    {
        var plaintextBytes = part.Length - PrefixBytes;
        var buffer = new byte[FrameHeader.LengthBytes + plaintextBytes + sealer.OverheadBytes];
        part.AsSpan(PrefixBytes).CopyTo(buffer.AsSpan(FrameHeader.LengthBytes));
        var flags = (FrameFlags)part[1] & (FrameFlags.Chunk | FrameFlags.LastChunk);
        Memory<byte> record = sealer.SealInPlace(buffer, plaintextBytes, flags, part[2]).ToArray();
        return FrameSplitter.TryTake(ref record, record.Length, out frame, out _);
    }
}
