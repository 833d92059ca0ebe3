namespace ActorP2P.Protocol.Session;

/// <summary>What opening a record came to. On a link everything but <see cref="Opened"/> ends it: below it is a reliable stream.</summary>
public enum RecordVerdict
{
    /// <summary>The plaintext is authentic and next in order.</summary>
    Opened,

    /// <summary>Header, body or tag was changed, or the record was sealed with another key.</summary>
    Tampered,

    /// <summary>A record before this one is missing.</summary>
    CounterGap,

    /// <summary>The record, or a later one, came before.</summary>
    CounterRepeated,

    /// <summary>The key generation is not the one that this counter belongs to.</summary>
    WrongGeneration,

    /// <summary>More records than a key may carry.</summary>
    Exhausted,

    /// <summary>A clear record where encryption is on.</summary>
    NotSealed,

    /// <summary>Not a record of this session and lane, too short for its tag, or sealed where encryption is off.</summary>
    Malformed,

    /// <summary>An authentic message about keys that breaks the rules of their change.</summary>
    RekeyRefused,
}
