namespace ActorP2P.Protocol.Session;

/// <summary>
/// What a session expects of the way below it. In order: a reliable stream, where a gap or a repeat is an attack and
/// the first refusal is final. Window: relays, which lose and reorder, so each record is judged by itself and a
/// refusal means nothing for the next.
/// </summary>
public sealed record RecordOrder
{
    private RecordOrder(int windowRecords, TimeSpan linger, TimeSpan resendAfter)
    {
        WindowRecords = windowRecords;
        Linger = linger;
        ResendAfter = resendAfter;
    }

    /// <summary>Every record, in order: the session of a link.</summary>
    public static RecordOrder InOrder { get; } = new(0, TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>Counters remembered behind the highest; 0 when records come in order.</summary>
    public int WindowRecords { get; }

    /// <summary>How long old keys are kept for records under way.</summary>
    public TimeSpan Linger { get; }

    /// <summary>When a message about keys that had no effect is sent again.</summary>
    public TimeSpan ResendAfter { get; }

    internal bool IsWindow => WindowRecords > 0;

    /// <summary>At most once, in any order, within a window.</summary>
    /// <param name="windowRecords">1 to 65,536 records (RFC 4303, 3.4.3 asks for at least 32; WireGuard has 8,192).</param>
    /// <param name="linger">How long relays may keep a record.</param>
    /// <param name="resendAfter">When a message about keys is taken for lost.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public static RecordOrder Window(int windowRecords, TimeSpan linger, TimeSpan resendAfter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windowRecords, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(windowRecords, ReplayWindow.MaxRecords);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(linger, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(resendAfter, TimeSpan.Zero);
        return new RecordOrder(windowRecords, linger, resendAfter);
    }
}
