using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>
/// The epoch of this node: taken at the start, and raised after that when peers show a signed state of its own of a higher epoch.
/// That happens when the disk was lost or restored and the clock is behind, so that neither the store nor the time knows of the
/// earlier run. It outlives restarts of actors. Safe for concurrent calls.
/// </summary>
public sealed class NodeEpoch
{
    /// <summary>
    /// Times it may be raised. A peer may hold, or pretend to hold, an earlier state of ours than others do, so once is too few;
    /// without end two holders of one key would outbid each other. Each time links and namespaces begin anew, which a supervisor
    /// bears a few times a minute. Our guess.
    /// </summary>
    public const int MaxLearnt = 3;

    // Peers tell at link-up what they hold of us; what is heard later was signed while we run. A minute covers the links
    // of a start.
    private static readonly TimeSpan LearnFor = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly IEpochStore _store;
    private readonly TimeProvider _time;
    private readonly Action<Action> _run;
    private long? _linkedAt;
    private bool _isSaving;
    private int _learnt;
    private ulong _seen;
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

    /// <summary>
    /// True while a higher epoch is taken for one of an earlier run of ours: until a minute after the first link, and while one that
    /// was seen by then is not exceeded; <see cref="MaxLearnt"/> times.
    /// </summary>
    public bool MayLearn
    {
        get
        {
            lock (_gate)
            {
                return _learnt < MaxLearnt
                    && (_seen > _current || _linkedAt is not { } linkedAt || _time.GetElapsedTime(linkedAt) < LearnFor);
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

    /// <summary>
    /// Saves an epoch above all that were seen, then puts it in force. While another call saves, that one goes above this one's
    /// too. Does nothing when the present epoch is above, or was raised often enough.
    /// </summary>
    /// <param name="seen">The epoch that a signed state of ours shows.</param>
    /// <param name="now">The present.</param>
    /// <param name="saved">Called when it is in force, or why it is not, on the thread that saved.</param>
    public void Learn(ulong seen, DateTimeOffset now, Action<EpochResult> saved)
    {
        lock (_gate)
        {
            if (seen <= _current || _learnt >= MaxLearnt)
            {
                return;
            }

            _seen = Math.Max(_seen, seen);
            if (_isSaving)
            {
                return;
            }

            _isSaving = true;
        }

        _run(() => saved(Save(now)));
    }

    private EpochResult Save(DateTimeOffset now)
    {
        ulong seen;
        lock (_gate)
        {
            seen = _seen;
        }

        while (true)
        {
            var result = seen == ulong.MaxValue
                ? new EpochResult(0, EpochFailure.Exhausted, "no higher epoch exists")
                : _store.Next(now, seen + 1);
            lock (_gate)
            {
                if (result.Ok && result.Epoch <= _seen)
                {
                    seen = _seen;
                    continue;
                }

                _isSaving = false;
                if (result.Ok)
                {
                    _learnt++;
                    _current = result.Epoch;
                }

                return result;
            }
        }
    }
}
