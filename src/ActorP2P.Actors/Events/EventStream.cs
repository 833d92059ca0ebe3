using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace ActorP2P.Actors.Event;

/// <summary>Hands what is published to everyone who subscribed to its type, a base type or an interface of it. Publishing takes no lock.</summary>
public sealed class EventStream
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<Type, IActorRef[]> _receiversByType = new();
    private ImmutableList<Subscription> _subscriptions = [];

    internal EventStream(LogLevel logLevel) => LogLevel = logLevel;

    /// <summary>Events below it are not even made.</summary>
    public LogLevel LogLevel { get; private set; }

    /// <summary>Changes the level from now on.</summary>
    public void SetLogLevel(LogLevel logLevel) => LogLevel = logLevel;

    /// <summary>False when it was subscribed to that type already.</summary>
    public bool Subscribe(IActorRef subscriber, Type channel)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ArgumentNullException.ThrowIfNull(channel);
        lock (_lock)
        {
            if (_subscriptions.Exists(s => s.Is(subscriber, channel)))
                return false;
            Replace(_subscriptions.Add(new Subscription(subscriber, channel, [])));
        }

        WatchForEnd(subscriber);
        return true;
    }

    /// <summary>False when it was subscribed already.</summary>
    public bool Subscribe<T>(IActorRef subscriber) => Subscribe(subscriber, typeof(T));

    /// <summary>
    /// Ends a subscription; what was subscribed as a base type or interface of the channel goes on without it.
    /// False when neither was subscribed.
    /// </summary>
    public bool Unsubscribe(IActorRef subscriber, Type channel)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ArgumentNullException.ThrowIfNull(channel);
        lock (_lock)
        {
            var fewer = _subscriptions.RemoveAll(s => s.Is(subscriber, channel));
            if (fewer.Count == _subscriptions.Count)
                fewer = _subscriptions.ConvertAll(s => s.Covers(subscriber, channel) ? s with { Left = s.Left.Add(channel) } : s);
            var changed = !fewer.SequenceEqual(_subscriptions);
            Replace(fewer);
            return changed;
        }
    }

    /// <summary>False when it was not subscribed.</summary>
    public bool Unsubscribe<T>(IActorRef subscriber) => Unsubscribe(subscriber, typeof(T));

    /// <summary>Ends all subscriptions of an actor; false when it had none.</summary>
    public bool Unsubscribe(IActorRef subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        lock (_lock)
        {
            var fewer = _subscriptions.RemoveAll(s => s.Subscriber.Equals(subscriber));
            var changed = fewer.Count != _subscriptions.Count;
            Replace(fewer);
            return changed;
        }
    }

    /// <summary>Tells every subscriber. Log events below the level are left out.</summary>
    public void Publish(object @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        if (@event is LogEvent logEvent && logEvent.LogLevel() < LogLevel)
            return;
        foreach (var receiver in Receivers(@event.GetType()))
            receiver.Tell(@event, ActorRefs.NoSender);
    }

    private IActorRef[] Receivers(Type type)
    {
        if (_receiversByType.TryGetValue(type, out var known))
            return known;
        lock (_lock)
        {
            var receivers = _subscriptions.Where(s => s.Takes(type)).Select(s => s.Subscriber).Distinct().ToArray();
            return _receiversByType[type] = receivers;
        }
    }

    private void Replace(ImmutableList<Subscription> subscriptions)
    {
        _subscriptions = subscriptions;
        _receiversByType.Clear();
    }

    private void WatchForEnd(IActorRef subscriber)
    {
        if (subscriber is LocalActorRef local)
            local.SendSystemMessage(new Watch(local, new Unsubscriber(this, local)));
    }

    // Left: channels below this one that the subscriber left.
    private sealed record Subscription(IActorRef Subscriber, Type Channel, ImmutableHashSet<Type> Left)
    {
        public bool Is(IActorRef subscriber, Type channel) => Channel == channel && Subscriber.Equals(subscriber);

        public bool Covers(IActorRef subscriber, Type channel) =>
            Subscriber.Equals(subscriber) && Channel.IsAssignableFrom(channel) && !Left.Contains(channel);

        public bool Takes(Type type) => Channel.IsAssignableFrom(type) && !Left.Any(left => left.IsAssignableFrom(type));
    }

    /// <summary>Watches one subscriber, so that an ended actor does not stay subscribed.</summary>
    private sealed class Unsubscriber(EventStream stream, LocalActorRef subscriber) : MinimalActorRef
    {
        public override ActorPath Path => subscriber.Path;

        public override IActorRefProvider Provider => subscriber.Provider;

        public override bool Equals(IActorRef? other) => other is Unsubscriber unsubscriber && unsubscriber.Belongs(stream, subscriber);

        public override int GetHashCode() => subscriber.GetHashCode();

        public override void SendSystemMessage(ISystemMessage message)
        {
            if (message is DeathWatchNotification)
                stream.Unsubscribe(subscriber);
        }

        private bool Belongs(EventStream other, LocalActorRef otherSubscriber) =>
            ReferenceEquals(stream, other) && ReferenceEquals(subscriber, otherSubscriber);
    }
}
