using ActorP2P.Protocol.Frames;

namespace ActorP2P.Transport.Tests;

internal static class TestFrames
{
    public const int MaxBodyBytes = 256 * 1024;

    /// <summary>A frame whose counter is its number and whose body follows from it.</summary>
    public static byte[] Make(int bodyBytes, ulong number = 0, FrameKind kind = FrameKind.Record)
    {
        var bytes = new byte[FrameHeader.LengthBytes + bodyBytes];
        new FrameHeader((uint)bodyBytes, kind, Lane.Request, FrameFlags.None, 0, 0, 1, number).Write(bytes);
        new Random((int)number).NextBytes(bytes.AsSpan(FrameHeader.LengthBytes));
        return bytes;
    }

    public static void AssertSame(byte[] expected, Frame actual) =>
        Assert.True(actual.Bytes.Span.SequenceEqual(expected), $"frame {actual.Header.Counter} of {expected.Length} bytes differs");
}
