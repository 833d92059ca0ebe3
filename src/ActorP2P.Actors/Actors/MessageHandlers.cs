namespace ActorP2P.Actors;

/// <summary>One declared handler of a <see cref="ReceiveActor"/>.</summary>
internal abstract class MessageHandler
{
    /// <summary>Whether nothing that is declared later could ever get a message.</summary>
    internal virtual bool TakesEverything => false;

    internal abstract bool TryHandle(object message);
}

internal sealed class TypedHandler<T>(Action<T> handler, Predicate<T>? shouldHandle) : MessageHandler
{
    private readonly Action<T> _handler = handler ?? throw new ArgumentNullException(nameof(handler));

    internal override bool TakesEverything => typeof(T) == typeof(object) && shouldHandle is null;

    internal override bool TryHandle(object message)
    {
        if (message is not T typed || (shouldHandle is not null && !shouldHandle(typed)))
            return false;
        _handler(typed);
        return true;
    }
}

internal sealed class TryingHandler<T>(Func<T, bool> handler) : MessageHandler
{
    private readonly Func<T, bool> _handler = handler ?? throw new ArgumentNullException(nameof(handler));

    internal override bool TryHandle(object message) => message is T typed && _handler(typed);
}

internal sealed class RuntimeTypedHandler(Type type, Func<object, bool> handler, bool unconditional) : MessageHandler
{
    internal override bool TakesEverything => type == typeof(object) && unconditional;

    internal override bool TryHandle(object message) => type.IsInstanceOfType(message) && handler(message);
}

/// <summary>The handlers of one behaviour in the order of their declaration.</summary>
internal sealed class HandlerList
{
    internal static readonly HandlerList Empty = new();

    private MessageHandler[] _handlers = [];

    internal void Add(MessageHandler handler)
    {
        if (_handlers.Length > 0 && _handlers[^1].TakesEverything)
            throw new InvalidOperationException("A handler that handles all messages has been added. No handler can be added after that.");
        _handlers = [.. _handlers, handler];
    }

    internal bool TryHandle(object message)
    {
        foreach (var handler in _handlers)
        {
            if (handler.TryHandle(message))
                return true;
        }

        return false;
    }
}
