namespace ActorP2P.Actors.TestKit;

/// <summary>A type and what a message of it must fulfil, for <see cref="TestKitBase.ExpectMsgAllOfMatchingPredicates(PredicateInfo[])"/>.</summary>
public sealed class PredicateInfo
{
    private PredicateInfo(Type type, Delegate predicate, Func<object, bool> fits)
    {
        Type = type;
        PredicateT = predicate;
        Fits = fits;
    }

    /// <summary>The type, which must be the message's own.</summary>
    public Type Type { get; }

    /// <summary>The predicate.</summary>
    public Delegate PredicateT { get; }

    internal Func<object, bool> Fits { get; }

    /// <summary>Messages of a type that fulfil the predicate.</summary>
    public static PredicateInfo Create<T>(Predicate<T> predicateT)
    {
        ArgumentNullException.ThrowIfNull(predicateT);
        return new PredicateInfo(typeof(T), predicateT, message => message.GetType() == typeof(T) && predicateT((T)message));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(PredicateInfo)}<{Type}>";
}

/// <summary>Makes a <see cref="PredicateInfo"/> of a predicate.</summary>
public static class PredicateInfoFactory
{
    /// <summary>Messages of a type that fulfil the predicate.</summary>
    public static PredicateInfo CreatePredicateInfo<T>(this Predicate<T> predicateT) => PredicateInfo.Create(predicateT);
}
