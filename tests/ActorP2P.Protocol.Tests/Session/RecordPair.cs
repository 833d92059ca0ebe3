using System.Text;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Tests.Handshake;

namespace ActorP2P.Protocol.Tests.Session;

/// <summary>The two ends of one namespace, derived from a real handshake.</summary>
internal sealed class RecordPair : IDisposable
{
    private static readonly byte[] AliceNonce = [.. Enumerable.Repeat((byte)0xA1, 16)];
    private static readonly byte[] BobNonce = [.. Enumerable.Repeat((byte)0xB0, 16)];

    public RecordPair(bool encryption = true, AeadSuite? suite = null, RekeySettings? rekey = null)
    {
        (AlicePair, BobPair) = HandshakePair.Sessions(encryption, suite, rekey);
        Alice = AlicePair.Derive("ns", AliceNonce, BobNonce);
        Bob = BobPair.Derive("ns", BobNonce, AliceNonce);
    }

    public PairSession AlicePair { get; }

    public PairSession BobPair { get; }

    public NamespaceSession Alice { get; }

    public NamespaceSession Bob { get; }

    public static byte[] Seal(RecordSealer sealer, string text, FrameFlags flags = FrameFlags.None, uint chunk = 0)
    {
        var plaintext = Encoding.UTF8.GetBytes(text);
        var buffer = new byte[FrameHeader.LengthBytes + plaintext.Length + sealer.OverheadBytes];
        plaintext.CopyTo(buffer, FrameHeader.LengthBytes);
        return sealer.SealInPlace(buffer, plaintext.Length, flags, chunk).ToArray();
    }

    public static RecordVerdict Open(RecordOpener opener, byte[] record) => Open(opener, record, out _);

    public static RecordVerdict Open(RecordOpener opener, byte[] record, out ReadOnlyMemory<byte> plaintext) =>
        opener.Open(new Frame(FrameHeader.Read(record), record), out plaintext);

    public static string OpenText(RecordOpener opener, byte[] record)
    {
        Assert.Equal(RecordVerdict.Opened, Open(opener, record, out var plaintext));
        return Encoding.UTF8.GetString(plaintext.Span);
    }

    public void Dispose()
    {
        Alice.Dispose();
        Bob.Dispose();
        AlicePair.Dispose();
        BobPair.Dispose();
    }

    /// <summary>Bob's end derived once more, with counters at 0.</summary>
    internal sealed class Receiver(RecordPair pair) : IDisposable
    {
        private readonly NamespaceSession _session = pair.BobPair.Derive("ns", BobNonce, AliceNonce);

        public RecordOpener Opener(Lane lane) => _session.Opener(lane);

        public void Dispose() => _session.Dispose();
    }
}
