namespace ActorP2P.Protocol.Settings;

/// <summary><c>actorp2p.succession</c>: nodes that change their key while they run.</summary>
/// <param name="Overlap">How long a former ID stands for its successor, here and at most; zero refuses a new key of this node.</param>
/// <param name="HandoverTimeout">How long messages to a node that changes its key wait for it.</param>
/// <param name="MaxTracked">Former IDs, of all nodes, that are known at once.</param>
public sealed record SuccessionSettings(TimeSpan Overlap, TimeSpan HandoverTimeout, int MaxTracked);
