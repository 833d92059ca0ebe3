using System.Buffers.Binary;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Tests.Handshake;

namespace ActorP2P.Protocol.Tests.Session;

/// <summary>
/// Two ends of one session and the way between them, which the test moves by hand. A link's writer stands in it:
/// control goes first, the other lanes in any order, and what went on the wire stays in order.
/// </summary>
internal sealed class RekeyPair : IDisposable
{
    public static readonly RekeySettings Settings = HandshakePair.Rekey with { MinInterval = TimeSpan.FromMilliseconds(1) };

    private static readonly byte[] One = [.. Enumerable.Repeat((byte)1, 16)];
    private static readonly byte[] Two = [.. Enumerable.Repeat((byte)2, 16)];

    public RekeyPair(RekeySettings? settings = null, RecordOrder? order = null)
    {
        (AlicePair, BobPair) = HandshakePair.Sessions(rekey: settings ?? Settings);
        Alice = new End(AlicePair.Derive("ns", One, Two, order ?? RecordOrder.InOrder));
        Bob = new End(BobPair.Derive("ns", Two, One, order ?? RecordOrder.InOrder));
    }

    public PairSession AlicePair { get; }

    public PairSession BobPair { get; }

    public End Alice { get; }

    public End Bob { get; }

    public DateTimeOffset Now { get; set; } = HandshakePair.Now;

    /// <summary>Makes keys old at one end and carries the change to its end.</summary>
    public void Rekey()
    {
        Start();
        Settle();
    }

    /// <summary>Alice's keys become old; her share waits at her end.</summary>
    public void Start()
    {
        Alice.Renew(Now);
        Bob.Renew(Now);
        Now += Settings.After;
        Alice.Renew(Now);
    }

    /// <summary>Moves everything until nothing moves.</summary>
    public void Settle()
    {
        while (Step(Alice, Bob) | Step(Bob, Alice))
        {
        }
    }

    /// <summary>Moves one record and lets its receiver answer. False when there is none.</summary>
    public bool Step(End from, End to)
    {
        if (from.TakeFromWire() is not { } frame)
        {
            return false;
        }

        Assert.Equal(RecordVerdict.Opened, to.Open(frame));
        to.Renew(Now);
        return true;
    }

    public void Dispose()
    {
        Alice.Session.Dispose();
        Bob.Session.Dispose();
        AlicePair.Dispose();
        BobPair.Dispose();
    }

    internal sealed class End(NamespaceSession session)
    {
        private readonly Queue<byte[]>[] _lanes = [.. Enumerable.Range(0, Lanes.Count).Select(_ => new Queue<byte[]>())];

        public NamespaceSession Session => session;

        /// <summary>What was opened, a list for each lane.</summary>
        public List<ulong>[] Received { get; } = [.. Enumerable.Range(0, Lanes.Count).Select(_ => new List<ulong>())];

        public RekeyFailure? Failure { get; private set; }

        public int Waiting => _lanes.Sum(lane => lane.Count);

        /// <summary>Carries the change on; what is to be said goes to the control lane.</summary>
        public void Renew(DateTimeOffset now)
        {
            var frames = new List<ReadOnlyMemory<byte>>();
            Failure ??= session.Renew(now, frames);
            frames.ForEach(frame => _lanes[(int)Lane.Control].Enqueue(frame.ToArray()));
        }

        public void Send(Lane lane, ulong number)
        {
            var sealer = session.Sealer(lane);
            var buffer = new byte[FrameHeader.LengthBytes + sizeof(ulong) + sealer.OverheadBytes];
            BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(FrameHeader.LengthBytes), number);
            _lanes[(int)lane].Enqueue(sealer.SealInPlace(buffer, sizeof(ulong), FrameFlags.None, 0).ToArray());
        }

        /// <summary>The next record of the control lane.</summary>
        public byte[]? TakeControl() => _lanes[0].TryDequeue(out var frame) ? frame : null;

        /// <summary>The next record: of the control lane if it has one, else of the lane that the choice falls on.</summary>
        public byte[]? TakeFromWire(int choice = 0)
        {
            if (TakeControl() is { } control)
            {
                return control;
            }

            var filled = _lanes.Where(lane => lane.Count > 0).ToList();
            return filled.Count == 0 ? null : filled[choice % filled.Count].Dequeue();
        }

        public RecordVerdict Open(byte[] record)
        {
            var frame = new Frame(FrameHeader.Read(record), record);
            var verdict = session.Opener(frame.Header.Lane).Open(frame, out var plaintext);
            if (plaintext.Length == sizeof(ulong))
            {
                Received[(int)frame.Header.Lane].Add(BinaryPrimitives.ReadUInt64LittleEndian(plaintext.Span));
            }

            return verdict;
        }
    }
}
