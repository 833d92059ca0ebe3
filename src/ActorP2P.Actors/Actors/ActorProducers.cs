using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;

namespace ActorP2P.Actors;

/// <summary>Calls a known constructor through an invoker that is made once a constructor.</summary>
internal sealed class ConstructorProducer(ConstructorInfo constructor, object?[] arguments) : IIndirectActorProducer
{
    private static readonly ConcurrentDictionary<ConstructorInfo, ConstructorInvoker> Invokers = new();

    private readonly ConstructorInvoker _invoker = Invokers.GetOrAdd(constructor, ConstructorInvoker.Create);

    public Type ActorType => constructor.DeclaringType!;

    public ActorBase Produce() => arguments.Length == 0
        ? (ActorBase)_invoker.Invoke()
        : (ActorBase)_invoker.Invoke(arguments.AsSpan());

    public void Release(ActorBase actor)
    {
    }
}

/// <summary>Finds the constructor that fits the arguments when the actor is made, so a mistake fails the actor and not its parent.</summary>
internal sealed class ActivatorProducer(Type type, object?[] arguments) : IIndirectActorProducer
{
    private IIndirectActorProducer? _resolved;

    public Type ActorType => type;

    public ActorBase Produce()
    {
        if (_resolved is null && arguments.Length == 0
            && type.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []) is { } constructor && !type.IsAbstract)
        {
            _resolved = new ConstructorProducer(constructor, []);
        }

        if (_resolved is { } resolved)
            return resolved.Produce();
        try
        {
            return (ActorBase)Activator.CreateInstance(type, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.OptionalParamBinding, null, arguments, null)!;
        }
        catch (MissingMethodException e)
        {
            throw new TypeLoadException($"Error while creating actor instance of type {type} with {arguments.Length} args: ({string.Join(',', arguments)})", e);
        }
    }

    public void Release(ActorBase actor)
    {
    }
}

/// <summary>Reads the arguments of <c>() => new T(...)</c>. Constants and captured variables are read directly, since compiling an expression takes a hundred times as long.</summary>
internal static class ConstructorArguments
{
    internal static object?[] Evaluate(NewExpression created)
    {
        var arguments = new object?[created.Arguments.Count];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = Evaluate(created.Arguments[i]);
        return arguments;
    }

    private static object? Evaluate(Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                return constant.Value;
            case MemberExpression { Member: FieldInfo field } member when member.Expression is null || IsReadable(member.Expression):
                return field.GetValue(member.Expression is null ? null : Evaluate(member.Expression));
            case MemberExpression { Member: PropertyInfo property } member when member.Expression is null || IsReadable(member.Expression):
                return property.GetValue(member.Expression is null ? null : Evaluate(member.Expression));
            default:
                return Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object))).Compile(preferInterpretation: true)();
        }
    }

    private static bool IsReadable(Expression expression) =>
        expression is ConstantExpression
        || (expression is MemberExpression { Member: FieldInfo or PropertyInfo } member && (member.Expression is null || IsReadable(member.Expression)));
}
