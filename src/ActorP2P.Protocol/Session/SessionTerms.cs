using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Session;

/// <summary>What both ends of a pair agreed on, as far as records need it, and where fresh keys come from.</summary>
internal sealed record SessionTerms(
    NodeId Remote,
    bool WeInitiated,
    AeadSuite Suite,
    bool EncryptionEnabled,
    RekeySettings Rekey,
    IdentityCurve Curve,
    IRandomSource Random)
{
    private const byte InitiatorToResponder = 1;
    private const byte ResponderToInitiator = 2;

    /// <summary>The direction byte of what we seal.</summary>
    public byte Outbound => WeInitiated ? InitiatorToResponder : ResponderToInitiator;

    /// <summary>The direction byte of what we open.</summary>
    public byte Inbound => WeInitiated ? ResponderToInitiator : InitiatorToResponder;
}

/// <summary>What one generation of a session has carried, in both directions together: the measure for fresh keys.</summary>
internal sealed class GenerationUsage
{
    public long Records { get; private set; }

    public long Bytes { get; private set; }

    public void Add(int bytes)
    {
        Records++;
        Bytes += bytes;
    }

    public void Reset()
    {
        Records = 0;
        Bytes = 0;
    }
}
