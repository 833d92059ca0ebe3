namespace ActorP2P.Actors;

/// <summary>Why a set of children is stopping, and so what follows when the last of them has.</summary>
internal enum TerminationReason
{
    None,
    UserRequest,
    Recreation,
    Creation,
    Termination,
}

/// <summary>
/// The children of one actor by name. Other threads look children up and, for a guardian, add them; hence the lock.
/// A name stays taken until its actor has ended.
/// </summary>
internal sealed class ChildrenContainer
{
    private const string NameAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+~";

    private readonly Dictionary<string, LocalActorRef> _children = new(StringComparer.Ordinal);
    private Dictionary<LocalActorRef, ChildRestartStats>? _stats;
    private int _dying;
    private TerminationReason _reason;
    private Exception? _cause;
    private bool _terminated;
    private long _namesGiven;

    internal bool IsNormal => _reason is TerminationReason.None or TerminationReason.UserRequest && !_terminated;

    internal bool IsTerminating => _reason == TerminationReason.Termination || _terminated;

    internal bool WaitsForChildren => _reason is TerminationReason.Recreation or TerminationReason.Creation;

    /// <summary>Takes a child in. Throws <see cref="InvalidActorNameException"/> when its name is taken.</summary>
    internal void Add(string name, LocalActorRef child)
    {
        lock (_children)
        {
            if (IsTerminating)
                throw new InvalidOperationException($"Cannot create child \"{name}\": the parent is terminating or terminated.");
            if (!_children.TryAdd(name, child))
                throw new InvalidActorNameException($"Actor name \"{name}\" is not unique!");
            child.Cell.IsChild = true;
        }
    }

    internal LocalActorRef? ByName(string name)
    {
        lock (_children)
            return _children.GetValueOrDefault(name);
    }

    internal LocalActorRef[] ToArray()
    {
        lock (_children)
            return [.. _children.Values];
    }

    /// <summary>The restart record of a child; null when it is not one.</summary>
    internal ChildRestartStats? StatsOf(IActorRef child)
    {
        if (child is not LocalActorRef local || !ReferenceEquals(ByName(local.Path.Name), local))
            return null;
        _stats ??= [];
        if (!_stats.TryGetValue(local, out var stats))
            _stats[local] = stats = new ChildRestartStats(local);
        return stats;
    }

    /// <summary>The children at the time when somebody looks, for strategies that do.</summary>
    internal IEnumerable<LocalActorRef> Lazily()
    {
        foreach (var child in ToArray())
            yield return child;
    }

    internal IReadOnlyCollection<ChildRestartStats> AllStats() => new LazyStats(this);

    internal void ShallDie(LocalActorRef child)
    {
        lock (_children)
        {
            if (_terminated || !child.Cell.IsChild)
                return;
            if (!child.Cell.IsDying)
            {
                child.Cell.IsDying = true;
                _dying++;
            }

            if (_reason == TerminationReason.None)
                _reason = TerminationReason.UserRequest;
        }
    }

    /// <summary>Notes what to do when the dying children are gone; false when none is dying.</summary>
    internal bool SetTerminationReason(TerminationReason reason, Exception? cause)
    {
        lock (_children)
        {
            if (_reason == TerminationReason.None || _terminated)
                return false;
            _reason = reason;
            _cause = cause;
            return true;
        }
    }

    internal void SetTerminated()
    {
        lock (_children)
        {
            _terminated = true;
            _reason = TerminationReason.None;
            _children.Clear();
            _dying = 0;
        }
    }

    /// <summary>Takes an ended child out; answers the reason that is thereby fulfilled, if any.</summary>
    internal TerminationReason Remove(IInternalActorRef child, out Exception? cause)
    {
        lock (_children)
        {
            cause = null;
            var local = (LocalActorRef)child;
            local.Cell.IsChild = false;
            _children.Remove(local.Path.Name);
            _stats?.Remove(local);
            if (local.Cell.IsDying)
                _dying--;
            if (_reason == TerminationReason.None || _dying > 0)
                return TerminationReason.None;
            var fulfilled = _reason;
            cause = _cause;
            _cause = null;
            // After the end of all children nothing may be added any more.
            _terminated = fulfilled == TerminationReason.Termination;
            _reason = TerminationReason.None;
            return fulfilled;
        }
    }

    internal void Suspend(IInternalActorRef? except = null, IReadOnlyCollection<IInternalActorRef>? alreadySuspended = null)
    {
        foreach (var child in ToArray())
        {
            if (!ReferenceEquals(child, except) && alreadySuspended?.Contains(child) != true)
                child.Suspend();
        }
    }

    internal void Resume(Exception? causedByFailure, IInternalActorRef? perpetrator)
    {
        foreach (var child in ToArray())
            child.Resume(ReferenceEquals(child, perpetrator) ? causedByFailure : null);
    }

    /// <summary>A name that no user's name can equal.</summary>
    internal string NextName()
    {
        var number = Interlocked.Increment(ref _namesGiven) - 1;
        Span<char> text = stackalloc char[12];
        var at = 0;
        text[at++] = '$';
        do
        {
            text[at++] = NameAlphabet[(int)(number & 63)];
            number >>= 6;
        }
        while (number > 0);
        return new string(text[..at]);
    }

    /// <summary>Makes the records of all children only for strategies that look at them.</summary>
    private sealed class LazyStats(ChildrenContainer container) : IReadOnlyCollection<ChildRestartStats>
    {
        private ChildRestartStats[]? _all;

        private ChildRestartStats[] All => _all ??= [.. container.ToArray().Select(c => container.StatsOf(c)!)];

        public int Count => All.Length;

        public IEnumerator<ChildRestartStats> GetEnumerator() => All.AsEnumerable().GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
