using ActorP2P.Protocol;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Guomi;

/// <summary>
/// The Chinese national algorithms: the identity curve <c>sm2</c> and the suite <c>sm4-gcm</c>. Named in
/// <c>actorp2p.suites.providers</c> as <c>ActorP2P.Guomi.GuomiSuites, ActorP2P.Guomi</c>.
/// </summary>
public sealed class GuomiSuites : ISuiteProvider
{
    /// <summary>sm2p256v1 with SM2 signatures over SM3.</summary>
    public static IdentityCurve Sm2 { get; } = new Sm2Curve();

    /// <summary>SM4-GCM (RFC 8998) with SM3.</summary>
    public static AeadSuite Sm4Gcm { get; } = new Sm4GcmSuite();

    /// <summary>SM3 (GB/T 32905-2016).</summary>
    public static SuiteHash Sm3 { get; } = new Sm3Hash();

    /// <inheritdoc />
    public IReadOnlyList<IdentityCurve> Curves => [Sm2];

    /// <inheritdoc />
    public IReadOnlyList<AeadSuite> Suites => [Sm4Gcm];
}
