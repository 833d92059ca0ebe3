using ActorP2P.Fuzz.Engine;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tests.Handshake;
using static ActorP2P.Fuzz.Engine.PromiseBrokenException;

namespace ActorP2P.Fuzz.Targets;

/// <summary>Sealed records after a stranger had them: what opens is what was sealed, in its order, or nothing.</summary>
internal sealed class RecordTarget : FuzzTarget
{
    private static readonly byte[] AliceNonce = [.. Enumerable.Repeat((byte)0xA1, PairSession.NamespaceNonceLengthBytes)];
    private static readonly byte[] BobNonce = [.. Enumerable.Repeat((byte)0xB0, PairSession.NamespaceNonceLengthBytes)];

    private readonly Lazy<(PairSession Alice, PairSession Bob)> _pairs = new(() => HandshakePair.Sessions());
    private readonly byte[][] _plaintexts = [[1, 2, 3], [], [.. Enumerable.Repeat((byte)7, 200)], [9]];

    public override string Name => "records";

    public override string About => "sealed records on one lane, changed on the way";

    public override long AllocationBaseBytes => 64 * 1024;

    public override long AllocationFactor => 8;

    public override IEnumerable<byte[]> Seeds()
    {
        using var alice = _pairs.Value.Alice.Derive("ns", AliceNonce, BobNonce);
        var sealer = alice.Sealer(Lane.Request);
        var records = new List<byte>();
        foreach (var plaintext in _plaintexts)
        {
            var buffer = new byte[FrameHeader.LengthBytes + plaintext.Length + sealer.OverheadBytes];
            plaintext.CopyTo(buffer, FrameHeader.LengthBytes);
            records.AddRange(sealer.SealInPlace(buffer, plaintext.Length, FrameFlags.None, 0).Span);
        }

        yield return [.. records];
    }

    public override void Run(byte[] input)
    {
        using var bob = _pairs.Value.Bob.Derive("ns", BobNonce, AliceNonce);
        var opener = bob.Opener(Lane.Request);
        var waiting = input.AsMemory();
        var opened = 0;
        while (FrameSplitter.TryTake(ref waiting, 1024, out var frame, out _))
        {
            if (opener.Open(frame, out var plaintext) != RecordVerdict.Opened)
            {
                return;
            }

            Unless(opened < _plaintexts.Length && plaintext.Span.SequenceEqual(_plaintexts[opened]), "only what was sealed opens, in order");
            opened++;
        }
    }
}
