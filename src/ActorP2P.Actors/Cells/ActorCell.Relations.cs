namespace ActorP2P.Actors;

/// <summary>Children and watched actors.</summary>
internal sealed partial class ActorCell
{
    private DeathWatch Watches => Extras.DeathWatch ??= new DeathWatch(_self);

    public IActorRef ActorOf(Props props, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(props);
        if (name is not null && !ActorPath.IsValidPathElement(name))
        {
            throw new InvalidActorNameException(name.Length == 0
                ? "Actor name must not be empty."
                : $"Illegal actor name [{name}]. Names are made of letters, digits and {ActorPath.ValidSymbols}, and do not start with $.");
        }

        return MakeChild(props, name);
    }

    /// <summary>A child under any name, checked or not; null has one made up.</summary>
    internal LocalActorRef MakeChild(Props props, string? name)
    {
        var children = LazyInitializer.EnsureInitialized(ref _children, static () => new ChildrenContainer());
        name ??= children.NextName();
        var child = SystemImpl.NewActorRef(props, _self, new ChildActorPath(_self.Path, name, SystemImpl.NextUid()));
        if (IsFailed)
        {
            for (var i = 0; i < _suspendCount; i++)
                child.Suspend();
        }

        children.Add(name, child);
        child.Start();
        return child;
    }

    public IActorRef Child(string name) => _children?.ByName(name) ?? (IActorRef)ActorRefs.Nobody;

    public IEnumerable<IActorRef> GetChildren() => _children?.ToArray() ?? [];

    /// <summary>The child of that name, of that incarnation when the name carries one.</summary>
    internal LocalActorRef? GetSingleChild(string nameAndUid)
    {
        var (name, uid) = ActorPath.SplitUid(nameAndUid);
        var child = _children?.ByName(name);
        return child is null || (uid != 0 && uid != child.Path.Uid) ? null : child;
    }

    public void Stop(IActorRef child)
    {
        ArgumentNullException.ThrowIfNull(child);
        if (child is LocalActorRef local && ReferenceEquals(local.Cell.ParentRef, _self))
            _children?.ShallDie(local);
        ((IInternalActorRef)child).Stop();
    }

    public IActorRef Watch(IActorRef subject) => Watches.Watch(subject, null);

    public IActorRef WatchWith(IActorRef subject, object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Watches.Watch(subject, message);
    }

    public IActorRef Unwatch(IActorRef subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        _extras?.DeathWatch?.Unwatch(subject);
        return subject;
    }

    private void StopChildren()
    {
        foreach (var child in _children?.ToArray() ?? [])
            Stop(child);
    }

    private void WatchedActorTerminated(IActorRef actor, bool existenceConfirmed)
    {
        if (_extras?.DeathWatch is { } watches && watches.TakeWatched(actor, out var message) && _children is not { IsTerminating: true })
        {
            watches.NoticeQueued(actor, message);
            _self.Tell(new Terminated(actor, existenceConfirmed, addressTerminated: false), actor);
        }

        if (actor is LocalActorRef { Cell: { IsChild: true } cell } child && ReferenceEquals(cell.ParentRef, _self))
            HandleChildTerminated(child);
    }

    private void ReceivedTerminated(Terminated terminated)
    {
        // An Unwatch after the notice was queued takes the notice back.
        if (_extras?.DeathWatch is { } watches && watches.TakeNotice(terminated.ActorRef, out var message))
            Deliver(CurrentMessage = message ?? terminated);
    }
}
