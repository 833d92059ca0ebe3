using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Tests.Handshake;
using ActorP2P.Protocol.Tests.Identity;

namespace ActorP2P.Protocol.Tests.Channel;

/// <summary>Two channels over one session, with virtual time and a wire that the test moves by hand.</summary>
internal sealed class ChannelPair : IDisposable
{
    public const int LinkQueueBytes = 256 * 1024;

    public static readonly ChannelSettings Defaults = new(
        MaxMessageBytes: 32 * 1024 * 1024,
        ChunkBytes: 32 * 1024,
        MaxRecordBytes: 32 * 1024,
        WindowBytes: 1024 * 1024,
        QueueBytes: 1024 * 1024,
        MaxPendingRequests: 100,
        ReassemblyBudgetBytes: 256 * 1024 * 1024,
        ReassemblyShareBytes: 64 * 1024 * 1024,
        ReassemblyTimeout: TimeSpan.FromSeconds(120),
        AckDelay: TimeSpan.FromMilliseconds(20),
        MaxRequestTimeout: TimeSpan.FromSeconds(60),
        MaxTypeNameBytes: 64);

    public ChannelPair(ChannelSettings? settings = null, long? budgetBytes = null, long maxRecords = 1 << 24)
    {
        settings ??= Defaults;
        var (initiator, responder) = HandshakePair.Sessions(maxRecords: maxRecords);
        byte[] leftNonce = [.. Enumerable.Repeat((byte)1, PairSession.NamespaceNonceLengthBytes)];
        byte[] rightNonce = [.. Enumerable.Repeat((byte)2, PairSession.NamespaceNonceLengthBytes)];
        var left = initiator.Derive("ledger", leftNonce, rightNonce);
        var right = responder.Derive("ledger", rightNonce, leftNonce);
        Raw = right;
        Budget = new ReassemblyBudget(settings with { ReassemblyBudgetBytes = budgetBytes ?? settings.ReassemblyBudgetBytes });
        A = new End(new PeerChannel(left, settings, LinkQueueBytes, Budget, new SeededRandom(1)));
        B = new End(new PeerChannel(right, settings, LinkQueueBytes, Budget, new SeededRandom(2)));
    }

    public End A { get; }

    public End B { get; }

    /// <summary>B's session, for tests that write records as a liar would.</summary>
    public NamespaceSession Raw { get; }

    public ReassemblyBudget Budget { get; }

    public DateTimeOffset Now { get; private set; } = DateTimeOffset.UnixEpoch;

    public static OutboundMessage Unicast(byte[] payload, Lane lane = Lane.Request, object? context = null, bool confirm = false) =>
        new(EntryKind.Unicast, lane, "vote", default, payload, context, Confirm: confirm);

    public static OutboundMessage Request(byte[] payload, object context, TimeSpan? timeout = null) =>
        new(EntryKind.Request, Lane.Request, "ask", default, payload, context, Timeout: timeout ?? TimeSpan.FromSeconds(5));

    /// <summary>Moves everything in both directions until nothing moves; batches are handled at once where the end says so.</summary>
    public void Settle()
    {
        for (var moved = true; moved;)
        {
            moved = Move(A, B) | Move(B, A);
        }
    }

    public void Advance(TimeSpan time)
    {
        Now += time;
        A.Run(channel => channel.TimerFired(Now, A.Effects));
        B.Run(channel => channel.TimerFired(Now, B.Effects));
        Settle();
    }

    public bool Move(End from, End to)
    {
        from.Run(channel => channel.Flush(Now, from.Effects));
        var frames = new List<Frame>();
        foreach (var send in from.Take<ChannelEffect.SendFrames>())
        {
            from.Sent.Add(send);
            from.Channel.RecordsWritten(send.Lane, send.Bytes);
            frames.AddRange(send.Frames.Select(Parse));
        }

        if (frames.Count > 0)
        {
            to.Channel.Receive(frames, Now, to.Effects);
        }

        foreach (var batch in to.Take<ChannelEffect.Received>())
        {
            to.Batches.Add(batch);
            if (to.HandlesAtOnce)
            {
                to.Channel.Acknowledge(batch.Token, Now);
            }
        }

        return frames.Count > 0;
    }

    /// <summary>A frame as the receiver's transport cuts it: its own copy of the bytes.</summary>
    public static Frame Parse(ReadOnlyMemory<byte> bytes)
    {
        Memory<byte> copy = bytes.ToArray();
        Assert.True(FrameSplitter.TryTake(ref copy, 1 << 20, out var frame, out var error), error.ToString());
        return frame;
    }

    public void Dispose()
    {
        A.Channel.Dispose();
        B.Channel.Dispose();
    }

    internal sealed class End(PeerChannel channel)
    {
        public PeerChannel Channel { get; } = channel;

        public bool HandlesAtOnce { get; set; } = true;

        public List<ChannelEffect> Effects { get; } = [];

        public List<ChannelEffect.Received> Batches { get; } = [];

        public List<ChannelEffect.SendFrames> Sent { get; } = [];

        public IEnumerable<InboundMessage> Messages => Batches.SelectMany(batch => batch.Messages);

        public void Run(Action<PeerChannel> step) => step(Channel);

        public List<T> Take<T>()
            where T : ChannelEffect
        {
            var taken = Effects.OfType<T>().ToList();
            Effects.RemoveAll(effect => effect is T);
            return taken;
        }
    }
}
