using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol;

/// <summary>
/// Algorithms from outside the project. A class with a public constructor without parameters, named in
/// <c>actorp2p.suites.providers</c>, is created once a process; what it gives joins <see cref="IdentityCurves"/> and
/// <see cref="AeadSuites"/> before names of the configuration are looked up.
/// </summary>
public interface ISuiteProvider
{
    /// <summary>Identity curves; may be empty. The same objects at every call.</summary>
    IReadOnlyList<IdentityCurve> Curves { get; }

    /// <summary>Cipher suites; may be empty. The same objects at every call.</summary>
    IReadOnlyList<AeadSuite> Suites { get; }
}
