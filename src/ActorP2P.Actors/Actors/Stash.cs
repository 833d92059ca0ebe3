namespace ActorP2P.Actors;

/// <summary>Messages set aside until the actor wants them.</summary>
public interface IStash
{
    /// <summary>How many messages are set aside.</summary>
    int Count { get; }

    /// <summary>Whether nothing is set aside.</summary>
    bool IsEmpty { get; }

    /// <summary>Whether something is set aside.</summary>
    bool NonEmpty { get; }

    /// <summary>Whether the next <see cref="Stash"/> would overflow.</summary>
    bool IsFull { get; }

    /// <summary>The most messages it holds; -1 without limit.</summary>
    int Capacity { get; }

    /// <summary>Sets the current message aside. Throws <see cref="StashOverflowException"/> when full, <see cref="IllegalActorStateException"/> when it is set aside already.</summary>
    void Stash();

    /// <summary>Puts the oldest message back in front of the mailbox.</summary>
    void Unstash();

    /// <summary>Puts all messages back in front of the mailbox, oldest first.</summary>
    void UnstashAll();

    /// <summary>Puts back what fulfils the predicate; the rest is dropped.</summary>
    void UnstashAll(Func<Envelope, bool> predicate);

    /// <summary>Takes everything out.</summary>
    IEnumerable<Envelope> ClearStash();

    /// <summary>Puts messages before what is set aside.</summary>
    void Prepend(IEnumerable<Envelope> envelopes);
}

/// <summary>An actor that has a stash; the engine sets it after construction.</summary>
public interface IActorStash
{
    /// <summary>The stash, usable from <c>PreStart</c> on.</summary>
    IStash Stash { get; set; }
}

/// <summary>Any stash, whatever the mailbox.</summary>
public interface IWithUnrestrictedStash : IActorStash;

/// <summary>A stash without limit.</summary>
public interface IWithUnboundedStash : IWithUnrestrictedStash;

/// <summary>A stash limited by <see cref="Props.WithStashCapacity"/>.</summary>
public interface IWithBoundedStash : IWithUnrestrictedStash;

/// <summary>A stash that is limited where Props or settings say so.</summary>
public interface IWithStash : IWithUnrestrictedStash;

internal sealed class MessageStash(ActorCell cell, int capacity) : IStash
{
    private readonly LinkedList<Envelope> _stashed = new();
    private int _lastStashed = -1;

    public int Count => _stashed.Count;

    public bool IsEmpty => _stashed.Count == 0;

    public bool NonEmpty => _stashed.Count > 0;

    public bool IsFull => capacity >= 0 && _stashed.Count >= capacity;

    public int Capacity => capacity;

    public void Stash()
    {
        var message = cell.CurrentMessage ?? throw new IllegalActorStateException("There is no current message to stash.");
        if (_lastStashed == cell.Delivery)
            throw new IllegalActorStateException($"Can't stash the same message {message} more than once");
        if (IsFull)
            throw new StashOverflowException($"Couldn't enqueue message {message} to stash of {cell.Self}");
        _stashed.AddLast(new Envelope(message, cell.Sender));
        _lastStashed = cell.Delivery;
    }

    public void Unstash()
    {
        if (_stashed.First is not { } first)
            return;
        _stashed.RemoveFirst();
        cell.Prepend([first.Value]);
    }

    public void UnstashAll() => UnstashAll(static _ => true);

    public void UnstashAll(Func<Envelope, bool> predicate) => cell.Prepend([.. ClearStash().Where(predicate)]);

    public IEnumerable<Envelope> ClearStash()
    {
        Envelope[] all = [.. _stashed];
        _stashed.Clear();
        return all;
    }

    public void Prepend(IEnumerable<Envelope> envelopes)
    {
        foreach (var envelope in envelopes.Reverse())
            _stashed.AddFirst(envelope);
    }
}

/// <summary>An <see cref="UntypedActor"/> that can set messages aside.</summary>
public abstract class UntypedActorWithStash : UntypedActor, IWithStash
{
    /// <inheritdoc/>
    public IStash Stash { get; set; } = null!;
}

/// <summary>An <see cref="UntypedActor"/> that can set any number of messages aside.</summary>
public abstract class UntypedActorWithUnboundedStash : UntypedActor, IWithUnboundedStash
{
    /// <inheritdoc/>
    public IStash Stash { get; set; } = null!;
}
