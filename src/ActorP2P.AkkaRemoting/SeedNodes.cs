using AkkaConfig = Akka.Configuration.Config;

namespace ActorP2P.AkkaRemoting;

/// <summary>
/// Seed nodes that no transport of the system can reach. Akka.Cluster's own seed process fails with each try to address one of
/// them and begins anew, so the cluster would never form, without a word of the reason at the default log level.
/// </summary>
internal static class SeedNodes
{
    /// <summary>What is wrong with <c>akka.cluster.seed-nodes</c>; a scheme that another enabled transport may have is not judged.</summary>
    public static IReadOnlyList<string> Check(AkkaConfig config)
    {
        var isOnlyTransport = config.GetStringList("akka.remote.enabled-transports").Count == 1;
        return [.. config.GetStringList("akka.cluster.seed-nodes").Select(seed => Check(seed, isOnlyTransport)).OfType<string>()];
    }

    private static string? Check(string seed, bool isOnlyTransport)
    {
        if (!Address.TryParse(seed, out var address))
        {
            return $"akka.cluster.seed-nodes: {seed} is no address";
        }

        if (address.Protocol != P2PTransport.FullScheme)
        {
            return isOnlyTransport ? $"akka.cluster.seed-nodes: {seed} is of a transport that is not enabled; {P2PTransport.FullScheme} is" : null;
        }

        return NodeAddress.HasForm(address.Host) ? null : $"akka.cluster.seed-nodes: {seed} names no node; write {P2PTransport.FullScheme}://{address.System}@<label>:1";
    }
}
