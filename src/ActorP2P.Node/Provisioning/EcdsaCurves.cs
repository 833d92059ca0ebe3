using ActorP2P.Protocol.Identity;

namespace ActorP2P.Program.Provisioning;

/// <summary>Curves that this program can issue certificates for.</summary>
internal static class EcdsaCurves
{
    /// <summary>Null when the name is unknown, or its plug-in is not part of this program.</summary>
    public static EcdsaCurve? Find(string name) =>
        IdentityCurves.TryFind(name, out var curve) ? curve as EcdsaCurve : null;

    /// <summary>What to say about a name that is not found.</summary>
    public static string Problem(string name)
    {
        var known = IdentityCurves.Names.Where(static n => Find(n) is not null);
        return $"--curve {name} is not one of {string.Join(", ", known)}.";
    }
}
