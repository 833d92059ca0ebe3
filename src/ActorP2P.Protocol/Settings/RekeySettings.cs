namespace ActorP2P.Protocol.Settings;

/// <summary><c>actorp2p.rekey</c>: how long the keys of one generation are used.</summary>
/// <param name="MaxRecordsPerKey">Hard stop of one lane, direction and generation: the session ends.</param>
/// <param name="AfterRecords">Records of a session, either direction, after which fresh keys are agreed on.</param>
/// <param name="AfterBytes">Bytes of a session, either direction, after which fresh keys are agreed on.</param>
/// <param name="After">Age of a generation after which fresh keys are agreed on.</param>
/// <param name="MinInterval">Least time between two one-time keys that one session makes, whoever asked.</param>
/// <param name="Timeout">Time from our key to the end of the change; then the session ends.</param>
public sealed record RekeySettings(
    long MaxRecordsPerKey,
    long AfterRecords,
    long AfterBytes,
    TimeSpan After,
    TimeSpan MinInterval,
    TimeSpan Timeout);
