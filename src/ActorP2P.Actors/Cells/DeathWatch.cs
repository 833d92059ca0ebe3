namespace ActorP2P.Actors;

/// <summary>
/// Whom an actor watches and who watches it. A watched actor's end passes through two stages, so that the notice
/// comes exactly once and an unwatch can still catch it: watched, then queued as a notice.
/// </summary>
internal sealed class DeathWatch(LocalActorRef self)
{
    private readonly Dictionary<IActorRef, object?> _watching = [];
    private readonly List<IInternalActorRef> _watchedBy = [];
    private Dictionary<IActorRef, object?>? _queued;

    internal IActorRef Watch(IActorRef subject, object? message)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (subject.Equals(self) || !_watching.TryAdd(subject, message))
            return subject;
        var watchee = (IInternalActorRef)subject;
        watchee.SendSystemMessage(new Watch(watchee, self));
        return subject;
    }

    internal void Unwatch(IActorRef subject)
    {
        if (_watching.Remove(subject))
        {
            var watchee = (IInternalActorRef)subject;
            watchee.SendSystemMessage(new Unwatch(watchee, self));
        }

        _queued?.Remove(subject);
    }

    internal void UnwatchAll()
    {
        foreach (var watchee in _watching.Keys.Cast<IInternalActorRef>().ToArray())
            watchee.SendSystemMessage(new Unwatch(watchee, self));
        _watching.Clear();
        _queued = null;
    }

    internal bool TakeWatched(IActorRef actor, out object? message) => _watching.Remove(actor, out message);

    internal void NoticeQueued(IActorRef actor, object? message) => (_queued ??= [])[actor] = message;

    internal bool TakeNotice(IActorRef actor, out object? message)
    {
        message = null;
        return _queued is not null && _queued.Remove(actor, out message);
    }

    internal void AddWatcher(IInternalActorRef watcher)
    {
        if (!watcher.Equals(self) && !_watchedBy.Contains(watcher))
            _watchedBy.Add(watcher);
    }

    internal void RemoveWatcher(IInternalActorRef watcher) => _watchedBy.Remove(watcher);

    /// <summary>Tells every watcher but the parent, which is told in any case.</summary>
    internal void TellWatchers(IInternalActorRef parent)
    {
        foreach (var watcher in _watchedBy)
        {
            if (!watcher.Equals(parent))
                watcher.SendSystemMessage(new DeathWatchNotification(self, existenceConfirmed: true));
        }

        _watchedBy.Clear();
    }
}
