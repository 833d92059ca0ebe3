using ActorP2P.Fuzz.Engine;
using ActorP2P.Protocol.Frames;
using static ActorP2P.Fuzz.Engine.PromiseBrokenException;

namespace ActorP2P.Fuzz.Targets;

/// <summary>The frame codec as a reader drives it: bytes in portions, the unconsumed tail kept.</summary>
internal sealed class FrameTarget : FuzzTarget
{
    private const int MaxBodyBytes = 1024;

    public override string Name => "frames";

    public override string About => "FrameSplitter and FrameHeader, bytes in portions of any size";

    public override long AllocationBaseBytes => 4096;

    public override long AllocationFactor => 4;

    public override IEnumerable<byte[]> Seeds()
    {
        yield return [8, .. Frame(FrameKind.Handshake, Lane.Control, FrameFlags.None, 5), .. Frame(FrameKind.Record, Lane.Bulk, FrameFlags.Sealed | FrameFlags.Chunk, 40)];
        yield return [1, .. Frame(FrameKind.Record, Lane.Gossip, FrameFlags.Sealed, MaxBodyBytes), .. Frame(FrameKind.Record, Lane.Request, FrameFlags.Chunk | FrameFlags.LastChunk, 0)];
    }

    public override void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        var portion = 1 + input[0];
        var bytes = input.AsMemory(1);
        var consumed = 0;
        for (var end = Math.Min(portion, bytes.Length); ; end = Math.Min(end + portion, bytes.Length))
        {
            var waiting = bytes[consumed..end];
            while (FrameSplitter.TryTake(ref waiting, MaxBodyBytes, out var frame, out var error))
            {
                Unless(error == FrameError.None, "a frame came with an error");
                Unless(frame.Body.Length <= MaxBodyBytes && frame.Body.Length == frame.Header.BodyLengthBytes, "a body is as long as declared, and no longer than allowed");
                Unless(Rewritten(frame.Header).AsSpan().SequenceEqual(frame.Bytes.Span[..FrameHeader.LengthBytes]), "a header writes back as it was read");
                consumed += frame.Bytes.Length;
                Unless(waiting.Length == end - consumed, "exactly the frame is taken");
            }

            if (end == bytes.Length || FrameIsBroken(waiting))
            {
                return;
            }
        }
    }

    public override byte[]? Mutate(byte[] input, Random random)
    {
        // One header field of one frame: the rest of the stream stays in step.
        var starts = new List<int>();
        for (var at = 1; at + FrameHeader.LengthBytes <= input.Length; at += FrameHeader.LengthBytes + (int)Math.Min(FrameHeader.Read(input.AsSpan(at)).BodyLengthBytes, MaxBodyBytes))
        {
            starts.Add(at);
        }

        if (starts.Count == 0)
        {
            return null;
        }

        var copy = (byte[])input.Clone();
        copy[starts[random.Next(starts.Count)] + random.Next(12)] = (byte)random.Next(256);
        return copy;
    }

    private static bool FrameIsBroken(Memory<byte> waiting) =>
        !FrameSplitter.TryTake(ref waiting, MaxBodyBytes, out _, out var error) && error != FrameError.None;

    private static byte[] Rewritten(FrameHeader header)
    {
        var bytes = new byte[FrameHeader.LengthBytes];
        header.Write(bytes);
        return bytes;
    }

    private static byte[] Frame(FrameKind kind, Lane lane, FrameFlags flags, int bodyBytes)
    {
        var bytes = new byte[FrameHeader.LengthBytes + bodyBytes];
        new FrameHeader((uint)bodyBytes, kind, lane, flags, 0, 0, 7, 1).Write(bytes);
        return bytes;
    }
}
