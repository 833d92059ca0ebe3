using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Program.Provisioning;

/// <summary>
/// Curves and suites by name, with the providers that come with this program. Their assemblies are named here by text
/// and loaded when something of theirs is asked for, and not before.
/// </summary>
internal static class KnownAlgorithms
{
    private const string GuomiProvider = "ActorP2P.Guomi.GuomiSuites, ActorP2P.Guomi";
    private const string Sm2Curve = "sm2";
    private const string Sm2CurveOid = "1.2.156.10197.1.301";
    private const string Sm4Suite = "sm4-gcm";

    /// <summary>Curve names for help texts.</summary>
    public static string CurveNames => string.Join(", ", IdentityCurves.Names.Append(Sm2Curve).Distinct());

    /// <summary>Suite names for help texts.</summary>
    public static string SuiteNames => string.Join(", ", AeadSuites.Names.Append(Sm4Suite).Distinct());

    /// <summary>The curve, its provider loaded; or what to say about the name.</summary>
    public static bool TryFindCurve(string name, [NotNullWhen(true)] out IdentityCurve? curve, out string problem)
    {
        curve = null;
        problem = name == Sm2Curve ? SuiteProviders.Load(GuomiProvider) ?? "" : "";
        if (problem.Length > 0 || IdentityCurves.TryFind(name, out curve))
        {
            return curve is not null;
        }

        problem = $"--curve {name} is not one of {CurveNames}.";
        return false;
    }

    /// <summary>Null when the suite is there, its provider loaded; or what to say about the name.</summary>
    public static string? ProblemOfSuite(string name)
    {
        if (name == Sm4Suite && SuiteProviders.Load(GuomiProvider) is { } problem)
        {
            return problem;
        }

        return AeadSuites.TryFind(name, out _) ? null : $"--suite {name} is not one of {SuiteNames}.";
    }

    /// <summary>The curve of a certificate's key, when there is one.</summary>
    public static (IdentityCurve? Curve, NodeId? Id) FindIdentity(X509Certificate2 leaf)
    {
        if (NamedCurveKey.TryRead(leaf.PublicKey, Sm2CurveOid, out _))
        {
            TryFindCurve(Sm2Curve, out _, out _);
        }

        foreach (var name in IdentityCurves.Names)
        {
            if (IdentityCurves.TryFind(name, out var curve) && curve.TryGetNodeId(leaf, out var id))
            {
                return (curve, id);
            }
        }

        return (null, null);
    }

    /// <summary>What a new network's <c>suites.providers</c> must name for these algorithms.</summary>
    public static IReadOnlyList<string> ProvidersOf(IdentityCurve curve, IReadOnlyList<string> suites) =>
        curve.Name == Sm2Curve || suites.Contains(Sm4Suite) ? [GuomiProvider] : [];

    /// <summary>The suites of a new network whose maker named none: empty for those of reference.conf.</summary>
    public static IReadOnlyList<string> StandardSuitesOf(IdentityCurve curve) => curve.Name == Sm2Curve ? [Sm4Suite] : [];
}
