using System.Text;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>The documented ranges of what modules send, checked before anything is done. Lengths are bytes of UTF-8.</summary>
internal sealed class MessageRules(P2PSettings settings, NodeId self)
{
    /// <summary>Longest name of a namespace.</summary>
    public const int MaxNamespaceBytes = 128;

    /// <summary>Longest key of a status entry, as long as a namespace's name.</summary>
    public const int MaxStatusKeyBytes = 128;

    /// <summary>
    /// Room that a multicast's signed header may take beside names in the channel's largest message:
    /// ids, lengths, hash and signature are below 512 bytes (docs/protocol.md, "Dissemination").
    /// </summary>
    public const int MulticastHeadBytes = 1024;

    /// <summary>True for a name of 1 to <see cref="MaxNamespaceBytes"/> bytes of well-formed UTF-16.</summary>
    public static bool IsNamespaceName(string? name) => IsName(name, MaxNamespaceBytes);

    /// <summary>Null when the message may go on, else why it is refused.</summary>
    public SendFailure? Judge(NamespaceRouter.INamespaceMessage message) => message switch
    {
        NamespaceRouter.Unicast m => JudgeDirect(m.To, m.Type, m.Head.Length + (long)m.Payload.Length),
        NamespaceRouter.Request m => m.Timeout <= TimeSpan.Zero || m.Timeout > settings.Channel.MaxRequestTimeout
            ? SendFailure.Invalid
            : JudgeDirect(m.To, m.Type, m.Payload.Length),
        NamespaceRouter.Multicast m => IsTopic(m.Topic) ? JudgePublication(m.Type, m.Payload.Length) : SendFailure.Invalid,
        NamespaceRouter.Broadcast m => JudgePublication(m.Type, m.Payload.Length),
        NamespaceRouter.Register m => Valid(
            IsType(m.Type) && m.Module is not null && IsModuleLane(m.Lane, m.Demand) && IsDemand(m.Demand) && IsProtocol(m.Protocol)),
        NamespaceRouter.Consumed m => Valid(IsType(m.Type) && m.Module is not null && m.Messages > 0),
        NamespaceRouter.Unregister m => Valid(IsType(m.Type)),
        NamespaceRouter.Subscribe m => Valid(IsTopic(m.Topic)),
        NamespaceRouter.Unsubscribe m => Valid(IsTopic(m.Topic)),
        NamespaceRouter.SetStatus m => JudgeStatus(m),
        NamespaceRouter.Observe m => Valid(m.Observer is not null && m.EventTypes is not null && m.EventTypes.All(typeof(ControlEvent).IsAssignableFrom)),
        NamespaceRouter.GetStatus m => Valid(m.Node is not null),
        _ => null,
    };

    /// <summary>Null when a namespace may be opened with these settings, else the reason in words.</summary>
    public string? JudgeOpen(string name, NamespaceSettings? asked)
    {
        if (!IsNamespaceName(name))
        {
            return $"a namespace's name has 1 to {MaxNamespaceBytes} bytes of UTF-8";
        }

        if (asked is null)
        {
            return null;
        }

        if (asked.Members is not null || asked.MembersFile.Length > 0)
        {
            return "who may take part stands in the configuration, at namespaces.<name>.members";
        }

        if (asked.Topics.Count > settings.Dissemination.MaxTopics || !asked.Topics.All(IsTopic))
        {
            return $"at most {settings.Dissemination.MaxTopics} topics of 1 to {settings.Dissemination.MaxTopicBytes} bytes";
        }

        return asked.Protocols.Count > settings.NamespaceDefaults.MaxModuleTypes || !asked.Protocols.All(IsProtocol)
            ? $"at most {settings.NamespaceDefaults.MaxModuleTypes} protocols, each with a name and a version range"
            : null;
    }

    private static SendFailure? Valid(bool valid) => valid ? null : SendFailure.Invalid;

    private static bool IsName(string? name, int maxBytes)
    {
        if (string.IsNullOrEmpty(name) || name.Length > maxBytes)
        {
            return false;
        }

        try
        {
            return StrictUtf8.GetByteCount(name) <= maxBytes;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    // What has no window cannot follow a demand.
    private static bool IsModuleLane(Lane lane, Demand? demand) => Lanes.IsKnown((byte)lane) && (lane != Lane.Control || demand is null);

    private static bool IsDemand(Demand? demand) => demand is null or { WindowMessages: > 0, WindowBytes: null or > 0 };

    private bool IsProtocol(ProtocolRange? protocol) =>
        protocol is null || (IsType(protocol.Id) && protocol.MinVersion >= 0 && protocol.MinVersion <= protocol.MaxVersion);

    private bool IsType(string? type) => IsName(type, settings.Channel.MaxTypeNameBytes);

    private bool IsTopic(string? topic) => IsName(topic, settings.Dissemination.MaxTopicBytes);

    private SendFailure? JudgeDirect(NodeId? to, string type, long payloadBytes)
    {
        if (to is null || !IsType(type))
        {
            return SendFailure.Invalid;
        }

        if (to == self)
        {
            return SendFailure.ToSelf;
        }

        return payloadBytes > settings.Channel.MaxMessageBytes ? SendFailure.TooLarge : null;
    }

    private SendFailure? JudgePublication(string type, int payloadBytes)
    {
        if (!IsType(type))
        {
            return SendFailure.Invalid;
        }

        return payloadBytes > settings.Channel.MaxMessageBytes - MulticastHeadBytes ? SendFailure.TooLarge : null;
    }

    private SendFailure? JudgeStatus(NamespaceRouter.SetStatus status)
    {
        if (!IsName(status.Key, MaxStatusKeyBytes))
        {
            return SendFailure.Invalid;
        }

        return status.Value.Length > settings.StateSync.MaxStatusValueBytes ? SendFailure.TooLarge : null;
    }
}
