using System.Collections.Concurrent;
using ActorP2P.Hocon;

namespace ActorP2P.Actors;

/// <summary>The dispatchers of a system, by HOCON path.</summary>
public sealed class Dispatchers
{
    /// <summary>The path of the one that actors get who do not ask.</summary>
    public const string DefaultDispatcherId = "akka.actor.default-dispatcher";

    /// <summary>The one that runs actors on the thread that tells, for tests.</summary>
    public const string CallingThreadDispatcherId = "akka.test.calling-thread-dispatcher";

    private readonly ConcurrentDictionary<string, MessageDispatcher> _byPath = new(StringComparer.Ordinal);
    private readonly Config _config;
    private readonly MessageDispatcher? _forAll;

    internal Dispatchers(Config config, MessageDispatcher? forAll)
    {
        _config = config;
        _forAll = forAll;
        DefaultGlobalDispatcher = Lookup(DefaultDispatcherId);
    }

    /// <summary>The one that actors get who do not ask.</summary>
    public MessageDispatcher DefaultGlobalDispatcher { get; }

    /// <summary>Whether the path is configured.</summary>
    public bool HasDispatcher(string id) => id == CallingThreadDispatcherId || _config.HasPath(id);

    /// <summary>The dispatcher of a path. Throws <see cref="ConfigurationException"/> when it is not configured or of an unknown type.</summary>
    public MessageDispatcher Lookup(string path) => _forAll ?? _byPath.GetOrAdd(path, Create);

    internal MessageDispatcher For(Props props) => props.Deploy.Dispatcher is { } path ? Lookup(path) : DefaultGlobalDispatcher;

    private MessageDispatcher Create(string path)
    {
        if (path == CallingThreadDispatcherId)
            return new CallingThreadDispatcher(path);
        if (_config.GetConfig(path) is not { } section)
            throw new ConfigurationException($"Dispatcher [{path}] not configured.");
        var throughput = section.GetInt("throughput", _config.GetInt(DefaultDispatcherId + ".throughput"));
        if (throughput < 1)
            throw new ConfigurationException($"{path}.throughput must be at least 1.");
        var type = section.GetString("type", "Dispatcher")!;
        return type.Split(',')[0].Split('.')[^1] switch
        {
            // Akka.NET's kinds differ in who owns the threads; here the process's pool does.
            "Dispatcher" or "DispatcherConfigurator" or "TaskDispatcher" or "TaskDispatcherConfigurator" or "ThreadPoolDispatcher"
                or "ThreadPoolDispatcherConfigurator" or "ForkJoinDispatcher" or "ForkJoinDispatcherConfigurator"
                or "PinnedDispatcher" or "PinnedDispatcherConfigurator" or "ChannelExecutor" => new ThreadPoolDispatcher(path, throughput),
            "CallingThreadDispatcher" or "CallingThreadDispatcherConfigurator" => new CallingThreadDispatcher(path),
            _ => throw new ConfigurationException($"{path}.type: unknown dispatcher type \"{type}\". Known: Dispatcher, CallingThreadDispatcher."),
        };
    }
}

/// <summary>The mailbox types of a system, by HOCON path.</summary>
public sealed class Mailboxes
{
    /// <summary>The path of the one that actors get who do not ask.</summary>
    public const string DefaultMailboxId = "akka.actor.default-mailbox";

    private readonly ConcurrentDictionary<string, MailboxType> _byPath = new(StringComparer.Ordinal);
    private readonly Config _config;
    private readonly MailboxType _default;

    internal Mailboxes(Config config)
    {
        _config = config;
        _default = Lookup(DefaultMailboxId);
    }

    /// <summary>The mailbox type of a path. Throws <see cref="ConfigurationException"/> when it is not configured or unknown.</summary>
    public MailboxType Lookup(string path) => _byPath.GetOrAdd(path, Create);

    internal MailboxType For(Props props) => props.Mailbox is { } path ? Lookup(path) : _default;

    private MailboxType Create(string path)
    {
        if (_config.GetConfig(path) is not { } section)
            throw new ConfigurationException($"Mailbox [{path}] not configured.");
        var type = section.GetString("mailbox-type") ?? throw new ConfigurationException($"The setting mailbox-type, defined in [{path}] is empty");
        switch (type.Split(',')[0].Split('.')[^1])
        {
            case "UnboundedMailbox" or "UnboundedDequeBasedMailbox":
                return new UnboundedMailbox();
            case "BoundedMailbox" or "BoundedDequeBasedMailbox":
                var capacity = section.GetInt("mailbox-capacity", _config.GetInt(DefaultMailboxId + ".mailbox-capacity"));
                return capacity > 0 ? new BoundedMailbox(capacity) : throw new ConfigurationException($"{path}.mailbox-capacity must be at least 1.");
            case "UnboundedControlAwareMailbox":
                return new UnboundedControlAwareMailbox();
        }

        return Type.GetType(type) is { } own && typeof(MailboxType).IsAssignableFrom(own)
            ? (MailboxType)Activator.CreateInstance(own)!
            : throw new ConfigurationException($"{path}.mailbox-type: unknown mailbox type \"{type}\".");
    }
}
