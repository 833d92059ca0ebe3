namespace ActorP2P.Actors;

/// <summary>Identity, order and text of a reference; derived classes deliver.</summary>
public abstract class ActorRefBase : IActorRef
{
    /// <inheritdoc/>
    public abstract ActorPath Path { get; }

    /// <inheritdoc/>
    public void Tell(object message, IActorRef? sender) => TellInternal(message, sender!);

    /// <summary>Delivers; <paramref name="sender"/> is null when there is none.</summary>
    protected abstract void TellInternal(object message, IActorRef sender);

    /// <inheritdoc/>
    public virtual bool Equals(IActorRef? other) =>
        ReferenceEquals(this, other) || (other is not null && Path.Uid == other.Path.Uid && Path.Equals(other.Path));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is IActorRef other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Path.Uid, Path);

    /// <inheritdoc/>
    public int CompareTo(IActorRef? other)
    {
        if (other is null)
            return 1;
        var byPath = Path.CompareTo(other.Path);
        return byPath != 0 ? byPath : Path.Uid.CompareTo(other.Path.Uid);
    }

    /// <inheritdoc/>
    public int CompareTo(object? obj) => obj is null or IActorRef
        ? CompareTo(obj as IActorRef)
        : throw new ArgumentException("Only actor references are comparable with each other.", nameof(obj));

    /// <summary>The path with its unique id, in brackets.</summary>
    public override string ToString() => $"[{Path.ToStringWithUid()}]";
}

/// <summary>A reference the engine can watch and stop; does nothing of it unless overridden.</summary>
public abstract class InternalActorRefBase : ActorRefBase, IInternalActorRef
{
    /// <inheritdoc/>
    public abstract IInternalActorRef Parent { get; }

    /// <inheritdoc/>
    public abstract IActorRefProvider Provider { get; }

    /// <inheritdoc/>
    public abstract bool IsTerminated { get; }

    /// <inheritdoc/>
    public virtual bool IsLocal => true;

    /// <inheritdoc/>
    public abstract IActorRef GetChild(IReadOnlyList<string> names);

    /// <inheritdoc/>
    public abstract void Start();

    /// <inheritdoc/>
    public abstract void Stop();

    /// <inheritdoc/>
    public abstract void Suspend();

    /// <inheritdoc/>
    public abstract void Resume(Exception? causedByFailure);

    /// <inheritdoc/>
    public abstract void Restart(Exception cause);

    /// <inheritdoc/>
    public abstract void SendSystemMessage(ISystemMessage message);
}

/// <summary>A reference with no actor behind it. Derive from it to give a function the looks of an actor.</summary>
public abstract class MinimalActorRef : InternalActorRefBase
{
    /// <inheritdoc/>
    public override IInternalActorRef Parent => Nobody.Instance;

    /// <inheritdoc/>
    public override bool IsTerminated => false;

    /// <inheritdoc/>
    public override IActorRef GetChild(IReadOnlyList<string> names) =>
        names.All(string.IsNullOrEmpty) ? this : ActorRefs.Nobody;

    /// <inheritdoc/>
    public override void Start()
    {
    }

    /// <inheritdoc/>
    public override void Stop()
    {
    }

    /// <inheritdoc/>
    public override void Suspend()
    {
    }

    /// <inheritdoc/>
    public override void Resume(Exception? causedByFailure)
    {
    }

    /// <inheritdoc/>
    public override void Restart(Exception cause)
    {
    }

    /// <inheritdoc/>
    public override void SendSystemMessage(ISystemMessage message)
    {
    }

    /// <summary>Ignores the message; derived classes override it.</summary>
    protected override void TellInternal(object message, IActorRef sender)
    {
    }
}
