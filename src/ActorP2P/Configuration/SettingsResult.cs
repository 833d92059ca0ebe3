using System.Diagnostics.CodeAnalysis;
using ActorP2P.Hocon;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>One thing that is wrong with a node's configuration, its files included.</summary>
/// <param name="Path">HOCON path from the root, e.g. <c>actorp2p.channel.chunk-bytes</c>; empty when the text itself is malformed.</param>
/// <param name="Message">One sentence that says what is wrong and what would be right.</param>
/// <param name="Origin">Where the value stands; null when the cause is outside the configuration text.</param>
public sealed record SettingsError(string Path, string Message, HoconOrigin? Origin = null)
{
    /// <summary>Path, message and place in one line.</summary>
    public override string ToString()
    {
        var text = Path.Length == 0 ? Message : $"{Path}: {Message}";
        return Origin is { } origin ? $"{text} ({origin})" : text;
    }
}

/// <summary>Settings, or every error found.</summary>
/// <param name="Settings">The settings; null when there is any error.</param>
/// <param name="Errors">All errors, in the order of <c>reference.conf</c>; empty when the settings are valid.</param>
public sealed record SettingsResult(P2PSettings? Settings, IReadOnlyList<SettingsError> Errors)
{
    /// <summary>True when there are settings and no errors.</summary>
    [MemberNotNullWhen(true, nameof(Settings))]
    public bool IsValid => Settings is not null;

    /// <summary>Files that the configuration file includes, by full path; a reload watches them too.</summary>
    public IReadOnlyList<string> IncludedFiles { get; init; } = [];
}
