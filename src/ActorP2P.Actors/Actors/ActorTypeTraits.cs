using System.Collections.Concurrent;
using System.Reflection;

namespace ActorP2P.Actors;

/// <summary>What is known of an actor type once and for all of its instances.</summary>
internal static class ActorTypeTraits
{
    private static readonly ConcurrentDictionary<Type, bool> Wrapping = new();

    /// <summary>Whether the type overrides <see cref="ActorBase.AroundReceive"/>, so that delivery must go through it.</summary>
    internal static bool WrapsReceive(Type type) => Wrapping.GetOrAdd(type, static t =>
        t.GetMethod(nameof(ActorBase.AroundReceive), BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
            ?.DeclaringType != typeof(ActorBase));
}
