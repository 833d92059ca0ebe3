using ActorP2P.Protocol;
using ActorP2P.Protocol.Channel;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>
/// What a node's actors are given from outside. Nothing in the runtime reads a clock, draws randomness or opens a
/// socket by itself, so the same actors run on threads and sockets, or on virtual time and the memory transport.
/// </summary>
/// <param name="Settings">The resolved settings.</param>
/// <param name="Identity">This node's key and certificates as of the start; <see cref="Trust"/> has what is in force.</param>
/// <param name="Validator">Judges the certificates of remotes as of the start; <see cref="Trust"/> has what is in force.</param>
/// <param name="Epoch">This start's epoch, stored durably before it is used.</param>
/// <param name="Port">The transport. The host disposes it after the node has stopped.</param>
/// <param name="Time">Says what time it is; timers come from the actor engine, intervals from <see cref="Steady"/>.</param>
/// <param name="Random">Used by several actors at once: it must be safe for concurrent calls (one thread in simulation).</param>
/// <param name="Counters">Counters of the whole node.</param>
/// <param name="Reassembly">The node's one budget for incomplete large messages.</param>
public sealed record NodeEnvironment(
    P2PSettings Settings,
    NodeIdentity Identity,
    CertificateValidator Validator,
    ulong Epoch,
    ITransportPort Port,
    TimeProvider Time,
    IRandomSource Random,
    NodeCounters Counters,
    ReassemblyBudget Reassembly)
{
    /// <summary>What intervals are measured by, whatever happens to the wall clock.</summary>
    public SteadyTime Steady { get; init; } = new(Time);

    /// <summary>The epoch in force: <see cref="Epoch"/>, until others show that this node's key has signed under a higher one before.</summary>
    public NodeEpoch Epochs { get; init; } = new(Epoch, new MemoryEpochStore(), Time, static work => work());

    /// <summary>Certificates, roots and lists in force; a reload changes them.</summary>
    public NodeTrust Trust { get; init; } = new(TrustState.Of(Identity, Validator));

    /// <summary>Which IDs were given up for others, by this node or by remotes.</summary>
    public NodeSuccessions Successions { get; init; } = new(Settings);

    /// <summary>Where a reload comes from; null when there is nothing to reload. The host disposes what is disposable.</summary>
    public ITrustSource? TrustSource { get; init; }
}
