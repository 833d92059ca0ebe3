namespace ActorP2P.Protocol.Tunnel;

/// <summary>
/// The sending half of a stream: cuts bytes into segments, keeps each until it is acknowledged, and bounds what is under
/// way by what the path bears: slow start, one more a round trip, half at a loss (RFC 5681), with selective
/// acknowledgements (RFC 2018 in spirit).
/// </summary>
internal sealed class TunnelSender(int segmentBytes)
{
    /// <summary>Most segments under way: as many as one acknowledgement can tell apart.</summary>
    public const int MaxUnderWay = 64;

    private const int FirstWindow = 10;
    private const int SmallestWindow = 2;

    // RFC 5681: three later arrivals mean a loss, fewer may be reordering.
    private const int LaterArrivals = 3;

    // One timeout is a loss, two in a row with all of the path's patience are a path that swallows.
    private const int TimeoutsToStall = 2;

    private readonly SortedDictionary<ulong, Sent> _sent = [];
    private readonly Queue<ReadOnlyMemory<byte>> _waiting = [];
    private readonly RoundTripTimer _timer = new();
    private int _firstOffset;
    private ulong _next;
    private double _window = FirstWindow;
    private double _threshold = MaxUnderWay;
    private byte _room = MaxUnderWay;
    private bool _ends;
    private bool _lastSent;

    /// <summary>Bytes that no segment holds yet.</summary>
    public long WaitingBytes { get; private set; }

    /// <summary>True once the far side has everything, the end included.</summary>
    public bool IsDone => _lastSent && _sent.Count == 0;

    /// <summary>When <see cref="TimeOut"/> is due; null while nothing is under way.</summary>
    public DateTimeOffset? Deadline => _sent.Count == 0 ? null : _sent.First().Value.SentAt + _timer.Timeout;

    public void Write(ReadOnlyMemory<byte> bytes)
    {
        if (!bytes.IsEmpty && !_ends)
        {
            _waiting.Enqueue(bytes);
            WaitingBytes += bytes.Length;
        }
    }

    /// <summary>Nothing follows what was written.</summary>
    public void End() => _ends = true;

    /// <summary>
    /// Segments that may go now, in order: flags, number and data. One may always be under way: it asks a far side without
    /// room for news, which it may have told in vain.
    /// </summary>
    public IEnumerable<(TunnelSegmentFlags Flags, ulong Number, byte[] Data)> Take(DateTimeOffset now)
    {
        while (_sent.Count < Math.Max(1, Math.Min((int)_window, _room)) && (WaitingBytes > 0 || (_ends && !_lastSent)))
        {
            var data = Cut();
            _lastSent = _ends && WaitingBytes == 0;
            var sent = new Sent(_lastSent ? TunnelSegmentFlags.Last : TunnelSegmentFlags.Data, data) { SentAt = now };
            _sent.Add(_next, sent);
            yield return (sent.Flags, _next++, data);
        }
    }

    /// <summary>What the far side has. False when it claims what was never sent.</summary>
    /// <param name="next">The first position that it has not.</param>
    /// <param name="later">Positions behind that one, as bits.</param>
    /// <param name="room">Segments that it takes.</param>
    /// <param name="now">The present.</param>
    /// <param name="progressed">True when it has something that it had not before.</param>
    public bool Acknowledge(ulong next, ulong later, byte room, DateTimeOffset now, out bool progressed)
    {
        progressed = false;
        if (next > _next || (later != 0 && next + 1 + (ulong)(63 - System.Numerics.BitOperations.LeadingZeroCount(later)) >= _next))
        {
            return false;
        }

        _room = room;
        foreach (var number in _sent.Keys.TakeWhile(number => number <= next + MaxUnderWay).Where(number => Has(number, next, later)).ToArray())
        {
            var sent = _sent[number];
            _sent.Remove(number);
            progressed = true;
            if (sent.Times == 1)
            {
                _timer.Measured(now - sent.SentAt);
            }

            _window = Math.Min(MaxUnderWay, _window + (_window < _threshold ? 1 : 1 / _window));
        }

        if (progressed)
        {
            _timer.Reset();
        }

        return true;
    }

    /// <summary>Segments that later ones have overtaken: they are lost.</summary>
    public IEnumerable<(TunnelSegmentFlags Flags, ulong Number, byte[] Data)> TakeLost(ulong next, ulong later, DateTimeOffset now)
    {
        var lost = _sent.Where(pair => pair.Value.Times == 1 && ArrivedBehind(pair.Key, next, later) >= LaterArrivals).ToArray();
        if (lost.Length > 0)
        {
            Shrink();
        }

        return lost.Select(pair => Again(pair.Key, pair.Value, now));
    }

    /// <summary>The deadline passed: the oldest goes again. With <paramref name="stalled"/> the way is to be left.</summary>
    public IEnumerable<(TunnelSegmentFlags Flags, ulong Number, byte[] Data)> TimeOut(DateTimeOffset now, out bool stalled)
    {
        stalled = false;
        if (Deadline is not { } deadline || deadline > now)
        {
            return [];
        }

        _timer.TimedOut();
        if (_room > 0)
        {
            Shrink();
            stalled = _timer.Timeouts >= TimeoutsToStall;
        }

        var (number, sent) = _sent.First();
        return [Again(number, sent, now)];
    }

    /// <summary>Another way: everything under way goes again, as far as a fresh path is trusted.</summary>
    public IEnumerable<(TunnelSegmentFlags Flags, ulong Number, byte[] Data)> Resend(DateTimeOffset now)
    {
        _timer.Reset();
        _window = Math.Max(_window, FirstWindow);
        return _sent.Take((int)_window).Select(pair => Again(pair.Key, pair.Value, now)).ToArray();
    }

    /// <summary>A relay is busy: send less.</summary>
    public void Shrink()
    {
        _threshold = Math.Max(SmallestWindow, _window / 2);
        _window = _threshold;
    }

    private static bool Has(ulong number, ulong next, ulong later) =>
        number < next || (number > next && number - next - 1 < 64 && (later & (1UL << (int)(number - next - 1))) != 0);

    private static int ArrivedBehind(ulong number, ulong next, ulong later)
    {
        if (number < next)
        {
            return 0;
        }

        var behind = number == next ? later : number - next >= 64 ? 0 : later >> (int)(number - next);
        return System.Numerics.BitOperations.PopCount(behind);
    }

    private static (TunnelSegmentFlags Flags, ulong Number, byte[] Data) Again(ulong number, Sent sent, DateTimeOffset now)
    {
        sent.Times++;
        sent.SentAt = now;
        return (sent.Flags, number, sent.Data);
    }

    private byte[] Cut()
    {
        var data = new byte[Math.Min(segmentBytes, WaitingBytes)];
        var at = 0;
        while (at < data.Length)
        {
            var first = _waiting.Peek();
            var length = Math.Min(first.Length - _firstOffset, data.Length - at);
            first.Span.Slice(_firstOffset, length).CopyTo(data.AsSpan(at));
            at += length;
            _firstOffset += length;
            if (_firstOffset == first.Length)
            {
                _waiting.Dequeue();
                _firstOffset = 0;
            }
        }

        WaitingBytes -= data.Length;
        return data;
    }

    private sealed class Sent(TunnelSegmentFlags flags, byte[] data)
    {
        public TunnelSegmentFlags Flags { get; } = flags;

        public byte[] Data { get; } = data;

        public DateTimeOffset SentAt { get; set; }

        public int Times { get; set; } = 1;
    }
}
