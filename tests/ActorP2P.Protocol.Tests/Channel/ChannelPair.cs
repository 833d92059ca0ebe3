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

    private readonly ChannelSettings _settings;
    private readonly (PairSession Initiator, PairSession Responder) _pair;
    private byte _sessions;

    public ChannelPair(ChannelSettings? settings = null, long? budgetBytes = null, RekeySettings? rekey = null)
    {
        settings ??= Defaults;
        _settings = settings;
        _pair = HandshakePair.Sessions(rekey: rekey);
        var (left, right) = NextSessions();
        Raw = right;
        Budget = new ReassemblyBudget(settings with { ReassemblyBudgetBytes = budgetBytes ?? settings.ReassemblyBudgetBytes });
        A = new End(new PeerChannel(left, settings, LinkQueueBytes, Budget, new SeededRandom(1))) { ChannelNumber = ((IRandomSource)new SeededRandom(1)).NextUInt64() };
        B = new End(new PeerChannel(right, settings, LinkQueueBytes, Budget, new SeededRandom(2)));
    }

    public End A { get; private set; }

    public End B { get; private set; }

    /// <summary>B's session, for tests that write records as a liar would.</summary>
    public NamespaceSession Raw { get; private set; }

    public ReassemblyBudget Budget { get; }

    public DateTimeOffset Now { get; private set; } = DateTimeOffset.UnixEpoch;

    /// <summary>A pair whose ends have told each other what they remember.</summary>
    public static ChannelPair Greeted()
    {
        var pair = new ChannelPair();
        pair.Settle();
        return pair;
    }

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

    /// <summary>The session is lost, and with it what was sealed and not moved.</summary>
    public void Lose()
    {
        A.Take<ChannelEffect.SendFrames>();
        B.Take<ChannelEffect.SendFrames>();
        A.Channel.Suspend();
        B.Channel.Suspend();
    }

    /// <summary>Both ends go on over a session with fresh keys.</summary>
    public void Reconnect()
    {
        var (left, right) = NextSessions();
        Raw = right;
        A.Channel.Resume(left);
        B.Channel.Resume(right);
    }

    /// <summary>B's process starts anew and remembers nothing; A goes on.</summary>
    public void RestartB()
    {
        var (left, right) = NextSessions();
        Raw = right;
        A.Channel.Resume(left);
        B.Channel.Dispose();
        B = new End(new PeerChannel(right, _settings, LinkQueueBytes, Budget, new SeededRandom(77)));
    }

    private (NamespaceSession Left, NamespaceSession Right) NextSessions()
    {
        byte[] leftNonce = [.. Enumerable.Repeat(++_sessions, PairSession.NamespaceNonceLengthBytes)];
        byte[] rightNonce = [.. Enumerable.Repeat((byte)(255 - _sessions), PairSession.NamespaceNonceLengthBytes)];
        return (_pair.Initiator.Derive("ledger", leftNonce, rightNonce), _pair.Responder.Derive("ledger", rightNonce, leftNonce));
    }

    public void Advance(TimeSpan time)
    {
        Now += time;
        A.Run(channel => channel.TimerFired(Now, A.Effects));
        B.Run(channel => channel.TimerFired(Now, B.Effects));
        Settle();
    }

    /// <summary>Moves what one end has to send, all of it or the first frames only; the rest is lost.</summary>
    public bool Move(End from, End to, int maxFrames = int.MaxValue)
    {
        from.Run(channel => channel.Flush(Now, from.Effects));
        var frames = new List<Frame>();
        foreach (var send in from.Take<ChannelEffect.SendFrames>())
        {
            from.Sent.Add(send);
            from.Channel.RecordsWritten(send.Lane, send.Bytes);
            frames.AddRange(send.Frames.Take(maxFrames - frames.Count).Select(Parse));
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
        _pair.Initiator.Dispose();
        _pair.Responder.Dispose();
        A.Channel.Dispose();
        B.Channel.Dispose();
    }

    internal sealed class End(PeerChannel channel)
    {
        public PeerChannel Channel { get; } = channel;

        /// <summary>The number that the channel drew for itself, first of all.</summary>
        public ulong ChannelNumber { get; init; }

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
