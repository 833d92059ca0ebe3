namespace ActorP2P.Protocol.Succession;

/// <summary>What became of a statement of succession.</summary>
public enum SuccessionVerdict
{
    /// <summary>It has just come into force: the successor is proven to be a member.</summary>
    InForce,

    /// <summary>It is kept, and waits until the successor is proven to be a member.</summary>
    Announced,

    /// <summary>It stands already.</summary>
    Known,

    /// <summary>One of the two keys did not sign it, or not for this network.</summary>
    BadSignature,

    /// <summary>It was issued later than now, by more than clocks may differ.</summary>
    NotYet,

    /// <summary>Its time, or <c>succession.overlap</c> here, is over: a replay, or the news comes too late.</summary>
    Ended,

    /// <summary>The predecessor runs, or ran last, under another epoch, or the successor under an earlier one.</summary>
    OtherRun,

    /// <summary>The successor took part before the statement was heard: it is a node of its own, and takes nobody's place.</summary>
    SuccessorLives,

    /// <summary>The successor has given up its own ID: a circle, or a way back to a former key.</summary>
    SuccessorGaveUp,

    /// <summary>The predecessor has another successor, or the successor another predecessor: what came first stands.</summary>
    Contradicts,

    /// <summary>The node changed its key more than <see cref="SuccessionTable.MaxChain"/> times within the overlap.</summary>
    TooMany,

    /// <summary>There are <c>succession.max-tracked</c> already.</summary>
    TableFull,

    /// <summary>One of the two nodes is trusted no more: what was taken out for that does not come back with the next link.</summary>
    NotTrusted,
}
