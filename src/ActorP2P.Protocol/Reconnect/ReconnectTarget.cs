using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Reconnect;

/// <summary>Where a target stands.</summary>
internal enum TargetPhase
{
    /// <summary>To be dialled at <see cref="ReconnectTarget.DueAt"/>.</summary>
    Waiting,

    /// <summary>A dial or its handshake is under way.</summary>
    Dialling,

    /// <summary>Its node is linked, whoever dialled.</summary>
    Up,
}

/// <summary>One member to stay linked to, with its addresses.</summary>
internal sealed class ReconnectTarget(IReadOnlyList<string> addresses, NodeId? expected)
{
    private int _nextAddress;

    internal IReadOnlyList<string> Addresses { get; } = addresses;

    internal NodeId? Expected { get; } = expected;

    /// <summary>Who is known to answer there: expected, or proven by a handshake.</summary>
    internal NodeId? Node { get; set; } = expected;

    internal TargetPhase Phase { get; set; }

    internal DateTimeOffset DueAt { get; set; }

    /// <summary>When a dial that nobody reported on counts as failed.</summary>
    internal DateTimeOffset GiveUpAt { get; set; }

    internal DateTimeOffset UpSince { get; set; }

    internal TimeSpan LastDelay { get; set; }

    internal string NextAddress() => Addresses[_nextAddress++ % Addresses.Count];

    /// <summary>True when every address has had its turn since the last pause.</summary>
    internal bool RoundDone => _nextAddress % Addresses.Count == 0;
}
