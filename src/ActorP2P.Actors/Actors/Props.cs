using System.Linq.Expressions;

namespace ActorP2P.Actors;

/// <summary>Makes and gives back an actor in one's own way, for dependency injection.</summary>
public interface IIndirectActorProducer
{
    /// <summary>What <see cref="Produce"/> makes.</summary>
    Type ActorType { get; }

    /// <summary>A new instance.</summary>
    ActorBase Produce();

    /// <summary>Called when the instance has ended.</summary>
    void Release(ActorBase actor);
}

/// <summary>Where and how an actor is set up, apart from what it is.</summary>
public sealed record Deploy
{
    /// <summary>Nothing special.</summary>
    public static readonly Deploy Local = new();

    /// <summary>HOCON path of the dispatcher, null for the default one.</summary>
    public string? Dispatcher { get; init; }

    /// <summary>HOCON path of the mailbox, null for the default one.</summary>
    public string? Mailbox { get; init; }

    /// <summary>Messages a bounded stash holds; -1 without limit.</summary>
    public int StashCapacity { get; init; } = -1;

    /// <summary>With another dispatcher.</summary>
    public Deploy WithDispatcher(string path) => this with { Dispatcher = path };

    /// <summary>With another mailbox.</summary>
    public Deploy WithMailbox(string path) => this with { Mailbox = path };

    /// <summary>With a stash limit.</summary>
    public Deploy WithStashCapacity(int stashCapacity) => this with { StashCapacity = stashCapacity };
}

/// <summary>The recipe of an actor. Immutable; every incarnation of the actor is made from it anew.</summary>
public class Props
{
    /// <summary>No recipe.</summary>
    public static readonly Props None = null!;

    internal static readonly Props Terminated = new TerminatedProps();

    private readonly IIndirectActorProducer _producer;

    private Props(IIndirectActorProducer producer, Type type, object?[] arguments, Deploy deploy, SupervisorStrategy? strategy)
    {
        _producer = producer;
        Type = type;
        Arguments = arguments!;
        Deploy = deploy;
        SupervisorStrategy = strategy;
    }

    private Props(Type type, object?[] arguments, SupervisorStrategy? strategy)
        : this(new ActivatorProducer(type, arguments), type, arguments, Deploy.Local, strategy)
    {
    }

    /// <summary>An actor that handles nothing.</summary>
    public static Props Empty { get; } = Create<EmptyActor>();

    /// <summary>The actor's type.</summary>
    public Type Type { get; }

    /// <summary>The name of the actor's type.</summary>
    public string TypeName => Type.AssemblyQualifiedName!;

    /// <summary>What its constructor gets.</summary>
    public object[] Arguments { get; }

    /// <summary>The set-up.</summary>
    public Deploy Deploy { get; }

    /// <summary>HOCON path of the dispatcher.</summary>
    public string Dispatcher => Deploy.Dispatcher ?? Dispatchers.DefaultDispatcherId;

    /// <summary>HOCON path of the mailbox, null for the default one.</summary>
    public string? Mailbox => Deploy.Mailbox;

    /// <summary>In place of the actor's own strategy; null leaves it.</summary>
    public SupervisorStrategy? SupervisorStrategy { get; }

    internal int StashCapacity => Deploy.StashCapacity;

    /// <summary>From a <c>new</c> expression, whose arguments are evaluated now, once. Anything but <c>new</c> throws <see cref="ArgumentException"/>.</summary>
    public static Props Create<TActor>(Expression<Func<TActor>> factory, SupervisorStrategy? supervisorStrategy = null)
        where TActor : ActorBase
    {
        if (factory.Body is not NewExpression { Constructor: not null } created)
            throw new ArgumentException("The create function must be a 'new T (args)' expression", nameof(factory));
        var arguments = ConstructorArguments.Evaluate(created);
        return new Props(new ConstructorProducer(created.Constructor, arguments), typeof(TActor), arguments, Deploy.Local, supervisorStrategy);
    }

    /// <summary>From a type and its constructor's arguments.</summary>
    public static Props Create<TActor>(params object?[] args)
        where TActor : ActorBase => new(typeof(TActor), args, null);

    /// <summary>From a type with a constructor without arguments.</summary>
    public static Props Create<TActor>(SupervisorStrategy? supervisorStrategy)
        where TActor : ActorBase, new() => new(typeof(TActor), [], supervisorStrategy);

    /// <summary>From a type and its constructor's arguments. Throws <see cref="ArgumentException"/> when the type is no actor.</summary>
    public static Props Create(Type type, params object?[] args)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!typeof(ActorBase).IsAssignableFrom(type))
            throw new ArgumentException($"{type} is not an actor type.", nameof(type));
        return new Props(type, args, null);
    }

    /// <summary>From a producer type and its constructor's arguments.</summary>
    public static Props CreateBy<TProducer>(params object?[] args)
        where TProducer : class, IIndirectActorProducer =>
        CreateBy((IIndirectActorProducer)Activator.CreateInstance(typeof(TProducer), args)!);

    /// <summary>From a producer.</summary>
    public static Props CreateBy(IIndirectActorProducer producer, params object?[] args) =>
        new(producer, producer.ActorType, args, Deploy.Local, null);

    /// <summary>With another mailbox.</summary>
    public Props WithMailbox(string mailbox) => WithDeploy(Deploy.WithMailbox(mailbox));

    /// <summary>With another dispatcher.</summary>
    public Props WithDispatcher(string dispatcher) => WithDeploy(Deploy.WithDispatcher(dispatcher));

    /// <summary>With a limit on the stash of an actor that is <see cref="IWithBoundedStash"/>.</summary>
    public Props WithStashCapacity(int stashCapacity) => WithDeploy(Deploy.WithStashCapacity(stashCapacity));

    /// <summary>With another set-up.</summary>
    public Props WithDeploy(Deploy deploy) => new(_producer, Type, Arguments, deploy, SupervisorStrategy);

    /// <summary>With a strategy in place of the actor's own.</summary>
    public Props WithSupervisorStrategy(SupervisorStrategy supervisorStrategy) => new(_producer, Type, Arguments, Deploy, supervisorStrategy);

    /// <summary>A new instance.</summary>
    public virtual ActorBase NewActor() => _producer.Produce();

    internal void Release(ActorBase actor) => _producer.Release(actor);

    private sealed class TerminatedProps() : Props(typeof(EmptyActor), [], null)
    {
        public override ActorBase NewActor() => throw new InvalidOperationException("This actor has been terminated");
    }

    private sealed class EmptyActor : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }
}
