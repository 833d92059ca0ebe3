using ActorP2P.Fuzz.Engine;

namespace ActorP2P.Fuzz.Targets;

/// <summary>Every target.</summary>
public static class FuzzTargets
{
    /// <summary>In the order in which they run.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new FrameTarget(),
        new RecordTarget(),
        new ChannelTarget(),
        new LinkEntryTarget(),
        new HandshakeResponderTarget(),
        new HandshakeInitiatorTarget(),
        new CertificateTarget(),
        new RevocationTarget(),
        new IdentityFileTarget(),
        new GuomiTarget(),
        new TunnelTarget(),
        new MulticastTarget(),
        new StateSyncTarget(),
        new HoconTarget(),
    ];
}
