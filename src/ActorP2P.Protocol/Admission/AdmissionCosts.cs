namespace ActorP2P.Protocol.Admission;

/// <summary>A costly step of an attempt that is not authenticated yet; each is asked for before it is taken.</summary>
public enum AdmissionStep
{
    /// <summary>Message 1: one key, one agreement, one signature.</summary>
    Hello,

    /// <summary>Message 3: a cipher, a certificate path, one verification.</summary>
    Proof,
}

/// <summary>
/// CPU milliseconds that the steps of an attempt are accounted with before they are taken, from the benchmark case
/// <c>handshake</c> at the accepting side, rounded up. What TLS took is measured and settled afterwards
/// (<see cref="AdmissionLimiter.SettleTls"/>); the other steps have limits that make their cost known.
/// </summary>
public static class AdmissionCosts
{
    /// <summary>A socket taken in, an actor made for it, and both closed again.</summary>
    public const double AcceptMs = 0.3;

    /// <summary>The accepting side of a mutual TLS 1.3 handshake, until it is settled.</summary>
    public const double TlsMs = 2.0;

    /// <summary>What a step costs.</summary>
    public static double Ms(AdmissionStep step) => step == AdmissionStep.Hello ? 0.5 : 1.5;
}
