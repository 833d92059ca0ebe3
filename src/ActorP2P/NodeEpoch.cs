using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>
/// The epoch of this node: taken at the start, and raised at most once after that, when peers show a signed state of its own of a
/// higher epoch. That happens when the disk was lost or restored and the clock is behind, so that neither the store nor the time
/// knows of the earlier run. It outlives restarts of actors. Safe for concurrent calls.
/// </summary>
public sealed class NodeEpoch
{
    // Peers tell at link-up what they hold of us; what is heard later was signed while we run. A minute covers the links
    // of a start. Learnt once only, or two holders of one key would outbid each other for ever.
    private static readonly TimeSpan LearnFor = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly IEpochStore _store;
    private readonly TimeProvider _time;
    private readonly Action<Action> _run;
    private long? _linkedAt;
    private bool _isSaving;
    private bool _hasLearnt;
    private ulong _current;

    /// <summary>An epoch that the store has saved.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="store">Saves a higher one, synced, before it is used.</param>
    /// <param name="time">Measures how long ago the first link came up.</param>
    /// <param name="run">Where saving runs; null for a thread of the pool. It blocks on the disk.</param>
    public NodeEpoch(ulong epoch, IEpochStore store, TimeProvider time, Action<Action>? run = null)
    {
        _current = epoch;
        _store = store;
        _time = time;
        _run = run ?? (static work => ThreadPool.QueueUserWorkItem(static state => state(), work, preferLocal: false));
    }

    /// <summary>The epoch in force.</summary>
    public ulong Current
    {
        get
        {
            lock (_gate)
            {
                return _current;
            }
        }
    }

    /// <summary>True while a higher epoch is taken for one of an earlier run of ours: until a minute after the first link, and once.</summary>
    public bool MayLearn
    {
        get
        {
            lock (_gate)
            {
                return !_hasLearnt && (_linkedAt is not { } linkedAt || _time.GetElapsedTime(linkedAt) < LearnFor);
            }
        }
    }

    /// <summary>A link is up.</summary>
    public void NoteLinked()
    {
        lock (_gate)
        {
            _linkedAt ??= _time.GetTimestamp();
        }
    }

    /// <summary>Saves an epoch above the one that was seen, then puts it in force. Does nothing while another call saves, or after one has.</summary>
    /// <param name="seen">The highest epoch that a signed state of ours shows.</param>
    /// <param name="now">The present.</param>
    /// <param name="saved">Called when it is in force, or why it is not, on the thread that saved.</param>
    public void Learn(ulong seen, DateTimeOffset now, Action<EpochResult> saved)
    {
        lock (_gate)
        {
            if (_isSaving || _hasLearnt)
            {
                return;
            }

            _isSaving = true;
        }

        _run(() => saved(Save(seen, now)));
    }

    private EpochResult Save(ulong seen, DateTimeOffset now)
    {
        var result = seen == ulong.MaxValue
            ? new EpochResult(0, EpochFailure.Exhausted, "no higher epoch exists")
            : _store.Next(now, seen + 1);
        lock (_gate)
        {
            _isSaving = false;
            if (result.Ok)
            {
                _hasLearnt = true;
                _current = result.Epoch;
            }
        }

        return result;
    }
}
