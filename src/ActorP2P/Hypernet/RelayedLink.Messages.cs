using ActorP2P.Protocol.Tunnel;

namespace ActorP2P;

/// <content>The vocabulary of a tunnel. What its link reports is Hypernet's vocabulary, for the tunnel stands in Hypernet's place.</content>
internal sealed partial class RelayedLink
{
    /// <summary>From the tunnel router: messages wait for the far side.</summary>
    internal sealed record Open
    {
        public static readonly Open Instance = new();
    }

    /// <summary>From the tunnel router: a packet of the far side, or of whoever says so.</summary>
    internal sealed record PacketReceived(TunnelPacketKind Kind, ReadOnlyMemory<byte> Body);

    /// <summary>From the tunnel router: a relay did not hand a packet on, and quotes its end.</summary>
    internal sealed record Refused(TunnelRefusal Reason, ReadOnlyMemory<byte> Proof);

    /// <summary>From the tunnel router: packets take another way from now on.</summary>
    internal sealed record WayChanged
    {
        public static readonly WayChanged Instance = new();
    }

    /// <summary>From the tunnel router: no way is left.</summary>
    internal sealed record NoWay
    {
        public static readonly NoWay Instance = new();
    }

    /// <summary>From the tunnel router: the namespaces to offer.</summary>
    internal sealed record UseSlots(IReadOnlyList<Hypernet.SlotEntry> Slots);

    /// <summary>From the tunnel router: a direct link is up.</summary>
    internal sealed record Superseded
    {
        public static readonly Superseded Instance = new();
    }

    /// <summary>From the tunnel router: say goodbye.</summary>
    internal sealed record Close(string Reason);

    /// <summary>From the connection: the link reads.</summary>
    internal sealed record StreamStarted(long Id);

    /// <summary>From the connection: bytes to send.</summary>
    internal sealed record StreamWrite(long Id, IReadOnlyList<ReadOnlyMemory<byte>> Frames);

    /// <summary>From the connection: stop taking, or go on.</summary>
    internal sealed record StreamReading(long Id, bool Enabled);

    /// <summary>From the connection: nothing follows.</summary>
    internal sealed record StreamClosed(long Id);

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }

    private sealed record JudgeIdleness
    {
        public static readonly JudgeIdleness Instance = new();
    }

    private sealed record DrainTimeout(long Id);
}
