namespace ActorP2P;

/// <summary>Counters of the node since its start, by dotted name, e.g. <c>link.refused.certificate-expired</c>.</summary>
public sealed record CountersSnapshot(IReadOnlyDictionary<string, long> Values);
