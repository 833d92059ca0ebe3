using Akka.Dispatch.SysMsg;
using Akka.Serialization;

namespace ActorP2P.AkkaRemoting;

/// <summary>
/// Completes <c>akka.remote.untrusted-mode</c>. Akka.NET 1.5 drops what is <see cref="IPossiblyHarmful"/> there, and neither its
/// system messages nor <see cref="Kill"/> are: without this a remote system could terminate any actor that it can name.
/// </summary>
/// <remarks>
/// It stands where every message from outside becomes an object: behind the serializers that the system has when remoting
/// starts, whichever of them a sender picked. What it refuses is replaced by a message that Akka.Remote then drops, so a
/// sender's resending ends as if it had been taken.
/// </remarks>
internal sealed class UntrustedGuard
{
    private readonly NodeCounters _counters;
    private readonly ILoggingAdapter _log;

    public UntrustedGuard(NodeCounters counters, ILoggingAdapter log)
    {
        _counters = counters;
        _log = log;
    }

    /// <summary>Puts a guard behind each serializer that has a name in the configuration or in a <see cref="SerializationSetup"/>.</summary>
    public void Install(ExtendedActorSystem system)
    {
        // Asked for a type that nothing is bound to, Akka.NET answers with the named serializer, and remembers it for that type:
        // so each name is asked for with a type of its own.
        var unbound = typeof(Slot<object>);
        foreach (var name in Names(system))
        {
            unbound = typeof(Slot<>).MakeGenericType(unbound);
            if (system.Serialization.FindSerializerForType(unbound, name) is var inner and not GuardedSerializer and not GuardedManifestSerializer)
            {
                system.Serialization.AddSerializer(name, inner is SerializerWithStringManifest byManifest
                    ? new GuardedManifestSerializer(system, byManifest, this)
                    : new GuardedSerializer(system, inner, this));
            }
        }
    }

    /// <summary>What a remote system is to have said: the message, or one that Akka.Remote drops in untrusted mode.</summary>
    public object Check(object message)
    {
        switch (message)
        {
            case Kill or ISystemMessage:
                Count(message);
                return new RefusedMessage(message.GetType());
            case ActorSelectionMessage selection when Check(selection.Message) is RefusedMessage refused:
                return new ActorSelectionMessage(refused, selection.Elements, selection.WildCardFanOut);
            case IPossiblyHarmful and not ActorSelectionMessage and not RefusedMessage:
                Count(message);
                return message;
            default:
                return message;
        }
    }

    private static IEnumerable<string> Names(ExtendedActorSystem system) =>
        system.Settings.Config.GetConfig("akka.actor.serializers").AsEnumerable().Select(static pair => pair.Key)
            .Concat(system.Settings.Setup.Get<SerializationSetup>()
                .Select(setup => setup.CreateSerializers(system).Select(static details => details.Alias)).GetOrElse([]))
            .Distinct(StringComparer.Ordinal);

    private void Count(object message)
    {
        _counters.Add("akka.refused.untrusted-message");
        _log.Debug("untrusted mode: a remote {0} is refused", message.GetType().Name);
    }

    /// <summary>Stands for what a remote system may not say; Akka.Remote names it in its log and drops it.</summary>
    private sealed record RefusedMessage(Type Of) : IPossiblyHarmful;

    private sealed class Slot<T>;

    private sealed class GuardedSerializer(ExtendedActorSystem system, Serializer inner, UntrustedGuard guard) : Serializer(system)
    {
        public override int Identifier => inner.Identifier;

        public override bool IncludeManifest => inner.IncludeManifest;

        public override byte[] ToBinary(object obj) => inner.ToBinary(obj);

        public override object FromBinary(byte[] bytes, Type type) => guard.Check(inner.FromBinary(bytes, type));
    }

    private sealed class GuardedManifestSerializer(ExtendedActorSystem system, SerializerWithStringManifest inner, UntrustedGuard guard)
        : SerializerWithStringManifest(system)
    {
        public override int Identifier => inner.Identifier;

        public override byte[] ToBinary(object obj) => inner.ToBinary(obj);

        public override object FromBinary(byte[] bytes, string manifest) => guard.Check(inner.FromBinary(bytes, manifest));

        public override string Manifest(object o) => inner.Manifest(o);
    }
}
