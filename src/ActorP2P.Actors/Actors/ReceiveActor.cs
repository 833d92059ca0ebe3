namespace ActorP2P.Actors;

/// <summary>An actor whose handlers are declared by message type, in its constructor or in <c>Become</c>; the first that fits takes the message.</summary>
public abstract class ReceiveActor : UntypedActor
{
    private HandlerList? _building = new();
    private HandlerList _current = HandlerList.Empty;

    /// <inheritdoc/>
    protected sealed override void OnReceive(object message) => Execute(message, _current);

    private protected override void Initialize()
    {
        if (_building is { } handlers)
            _current = handlers;
        _building = null;
    }

    private void Execute(object message, HandlerList handlers)
    {
        if (!handlers.TryHandle(message))
            Unhandled(message);
    }

    /// <summary>Replaces the behaviour by the handlers that <paramref name="configure"/> declares.</summary>
    protected void Become(Action configure)
    {
        var handlers = Build(configure);
        Become(message => Execute(message, handlers));
    }

    /// <summary>Puts the handlers that <paramref name="configure"/> declares on top of the present behaviour.</summary>
    protected void BecomeStacked(Action configure)
    {
        var handlers = Build(configure);
        BecomeStacked(message => Execute(message, handlers));
    }

    /// <summary>Handles messages of a type, if <paramref name="shouldHandle"/> allows.</summary>
    protected void Receive<T>(Action<T> handler, Predicate<T>? shouldHandle = null) =>
        Declare(new TypedHandler<T>(handler, shouldHandle));

    /// <summary>Handles messages of a type that fulfil the predicate.</summary>
    protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) => Receive(handler, shouldHandle);

    /// <summary>Handles messages of a type; a handler that answers false passes the message on.</summary>
    protected void Receive<T>(Func<T, bool> handler) => Declare(new TryingHandler<T>(handler));

    /// <summary>Handles messages of a type known at run time.</summary>
    protected void Receive(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) =>
        Declare(new RuntimeTypedHandler(messageType, message =>
        {
            if (shouldHandle?.Invoke(message) == false)
                return false;
            handler(message);
            return true;
        }, shouldHandle is null));

    /// <summary>Handles messages of a type known at run time that fulfil the predicate.</summary>
    protected void Receive(Type messageType, Predicate<object> shouldHandle, Action<object> handler) =>
        Receive(messageType, handler, shouldHandle);

    /// <summary>Handles messages of a type known at run time; a handler that answers false passes the message on.</summary>
    protected void Receive(Type messageType, Func<object, bool> handler) =>
        Declare(new RuntimeTypedHandler(messageType, handler, unconditional: false));

    /// <summary>Handles everything; no handler may be declared after it.</summary>
    protected void ReceiveAny(Action<object> handler) => Declare(new TypedHandler<object>(handler, null));

    /// <summary>Handles messages of a type asynchronously; the next message waits until the task is done.</summary>
    protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T>? shouldHandle = null) =>
        Receive(message => RunTask(() => handler(message)), shouldHandle);

    /// <summary>Handles messages of a type that fulfil the predicate asynchronously.</summary>
    protected void ReceiveAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) => ReceiveAsync(handler, shouldHandle);

    /// <summary>Handles messages of a type known at run time asynchronously.</summary>
    protected void ReceiveAsync(Type messageType, Func<object, Task> handler, Predicate<object>? shouldHandle = null) =>
        Receive(messageType, message => RunTask(() => handler(message)), shouldHandle);

    /// <summary>Handles messages of a type known at run time that fulfil the predicate asynchronously.</summary>
    protected void ReceiveAsync(Type messageType, Predicate<object> shouldHandle, Func<object, Task> handler) =>
        ReceiveAsync(messageType, handler, shouldHandle);

    /// <summary>Handles everything asynchronously; no handler may be declared after it.</summary>
    protected void ReceiveAnyAsync(Func<object, Task> handler) => ReceiveAny(message => RunTask(() => handler(message)));

    private void Declare(MessageHandler handler)
    {
        if (_building is null)
            throw new InvalidOperationException("You may only call Receive-methods when constructing the actor and inside Become().");
        _building.Add(handler);
    }

    private HandlerList Build(Action configure)
    {
        // Become may be called while the constructor still declares, so the outer list is kept.
        var outer = _building;
        var handlers = _building = new HandlerList();
        try
        {
            configure();
        }
        finally
        {
            _building = outer;
        }

        return handlers;
    }
}
