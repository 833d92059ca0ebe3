using ActorP2P.Protocol.Frames;

namespace ActorP2P.Protocol.Links;

/// <summary>
/// Decides which queued frame goes out next: control strictly first, the other lanes by weight. Start-time fair
/// queueing (Goyal, Vin, Cheng 1996): each frame gets a start tag, the lowest tag is served, and a lane's next tag
/// lies the frame's length divided by the lane's weight further. A lane that was idle starts at the present
/// virtual time, so it neither saves up bandwidth nor waits for what the others had meanwhile.
/// </summary>
/// <remarks>
/// It bounds nothing itself: whoever enqueues holds back at <c>link.lane-queue-bytes</c> until its frames were
/// taken. Frames stay in the order of their lane, as their counters demand.
/// </remarks>
/// <typeparam name="TOwner">Who is told when the frame was written.</typeparam>
public sealed class LaneScheduler<TOwner>
{
    private readonly Queue<Item>[] _queues = new Queue<Item>[Lanes.Count];
    private readonly long[] _queuedBytes = new long[Lanes.Count];
    private readonly double[] _nextStart = new double[Lanes.Count];
    private readonly double[] _weights = new double[Lanes.Count];
    private double _virtualTime;
    private int _count;

    /// <summary>Creates an empty scheduler.</summary>
    /// <param name="weights">Weights of consensus, request, gossip and bulk, in this order; each at least 1.</param>
    /// <exception cref="ArgumentException">Not four weights, or one below 1.</exception>
    public LaneScheduler(IReadOnlyList<int> weights)
    {
        if (weights.Count != Lanes.Count - 1 || weights.Any(weight => weight < 1))
        {
            throw new ArgumentException("four weights of at least 1 are needed", nameof(weights));
        }

        for (var lane = 0; lane < Lanes.Count; lane++)
        {
            _queues[lane] = new Queue<Item>();
            _weights[lane] = lane == 0 ? 1 : weights[lane - 1];
        }
    }

    /// <summary>True when no frame waits.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Bytes of the frames that wait in a lane.</summary>
    public long QueuedBytes(Lane lane) => _queuedBytes[(int)lane];

    /// <summary>Appends a frame to its lane.</summary>
    public void Enqueue(Lane lane, ReadOnlyMemory<byte> frame, TOwner owner)
    {
        var index = (int)lane;
        if (_queues[index].Count == 0)
        {
            _nextStart[index] = Math.Max(_nextStart[index], _virtualTime);
        }

        _queues[index].Enqueue(new Item(frame, owner));
        _queuedBytes[index] += frame.Length;
        _count++;
    }

    /// <summary>
    /// Takes frames until the next one would exceed <paramref name="maxBytes"/>; the first one is always taken.
    /// </summary>
    /// <param name="maxBytes">Most bytes of this write.</param>
    /// <param name="frames">Receives the frames in the order of sending.</param>
    /// <param name="taken">Receives lane, length and owner of each.</param>
    /// <returns>Bytes taken.</returns>
    public int Take(int maxBytes, List<ReadOnlyMemory<byte>> frames, List<TakenFrame<TOwner>> taken)
    {
        var total = 0;
        while (_count > 0)
        {
            var lane = Next();
            var length = _queues[lane].Peek().Frame.Length;
            if (total > 0 && total + length > maxBytes)
            {
                break;
            }

            var item = Dequeue(lane);
            frames.Add(item.Frame);
            taken.Add(new TakenFrame<TOwner>((Lane)lane, length, item.Owner));
            total += length;
        }

        return total;
    }

    private int Next()
    {
        if (_queues[0].Count > 0)
        {
            return 0;
        }

        var best = -1;
        for (var lane = 1; lane < Lanes.Count; lane++)
        {
            if (_queues[lane].Count > 0 && (best < 0 || _nextStart[lane] < _nextStart[best]))
            {
                best = lane;
            }
        }

        return best;
    }

    private Item Dequeue(int lane)
    {
        var item = _queues[lane].Dequeue();
        _count--;
        _queuedBytes[lane] -= item.Frame.Length;
        if (lane != 0)
        {
            _virtualTime = _nextStart[lane];
            _nextStart[lane] += item.Frame.Length / _weights[lane];
        }

        return item;
    }

    private readonly record struct Item(ReadOnlyMemory<byte> Frame, TOwner Owner);
}

/// <summary>A frame that the scheduler gave out.</summary>
/// <param name="Lane">Its lane.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Owner">Who enqueued it.</param>
/// <typeparam name="TOwner">Type of the owner.</typeparam>
public readonly record struct TakenFrame<TOwner>(Lane Lane, int Bytes, TOwner Owner);
