namespace ActorP2P.Actors.TestKit;

/// <summary>Expecting one message of a certain sender.</summary>
public abstract partial class TestKitBase
{
    /// <summary>The next message, of that type and from that sender, within the time.</summary>
    public T ExpectMsgFrom<T>(IActorRef sender, TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Completed(Expect<T>(duration, (_, s) => AssertSender(sender, s), hint, true, cancellationToken));

    /// <summary>The next message, of that type and from that sender, within the time.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(IActorRef sender, TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(duration, (_, s) => AssertSender(sender, s), hint, false, cancellationToken);

    /// <summary>The next message, equal to that one and from that sender, within the time.</summary>
    public T ExpectMsgFrom<T>(IActorRef sender, T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Completed(Expect<T>(timeout, (m, s) => AssertMessageFrom(sender, s, () => Assertions.AssertEqual(message, m, Hint(hint))), hint, true, cancellationToken));

    /// <summary>The next message, equal to that one and from that sender, within the time.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(IActorRef sender, T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, (m, s) => AssertMessageFrom(sender, s, () => Assertions.AssertEqual(message, m, Hint(hint))), hint, false, cancellationToken);

    /// <summary>The next message, of that type, fulfilling the predicate and from that sender, within the time.</summary>
    public T ExpectMsgFrom<T>(IActorRef sender, Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Completed(Expect<T>(timeout, (m, s) => AssertMessageFrom(sender, s, () => AssertPredicate(isMessage(m), m, hint)), hint, true, cancellationToken));

    /// <summary>The next message, of that type, fulfilling the predicate and from that sender, within the time.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(IActorRef sender, Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, (m, s) => AssertMessageFrom(sender, s, () => AssertPredicate(isMessage(m), m, hint)), hint, false, cancellationToken);

    /// <summary>The next message, of that type; sender and message fulfil their predicates, within the time.</summary>
    public T ExpectMsgFrom<T>(Predicate<IActorRef> isSender, Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Completed(Expect<T>(
            timeout,
            (m, s) =>
            {
                Assertions.AssertTrue(isSender(s), "Sender does not match: {0}. {1}", s, hint);
                AssertPredicate(isMessage(m), m, hint);
            },
            hint, true, cancellationToken));

    /// <summary>The next message, of that type; sender and message fulfil their predicates, within the time.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(Predicate<IActorRef> isSender, Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(
            timeout,
            (m, s) =>
            {
                Assertions.AssertTrue(isSender(s), "Sender does not match: {0}. {1}", s, hint);
                AssertPredicate(isMessage(m), m, hint);
            },
            hint, false, cancellationToken);

    /// <summary>The next message, of that type, withstanding the assertions and from that sender, within the time.</summary>
    public T ExpectMsgFrom<T>(IActorRef sender, Action<T> assertMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Completed(Expect<T>(timeout, (m, s) => AssertMessageFrom(sender, s, () => assertMessage(m)), hint, true, cancellationToken));

    /// <summary>The next message, of that type, withstanding the assertions and from that sender, within the time.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(IActorRef sender, Action<T> assertMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, (m, s) => AssertMessageFrom(sender, s, () => assertMessage(m)), hint, false, cancellationToken);

    /// <summary>The next message, of that type; sender and message withstand their assertions, within the time.</summary>
    public T ExpectMsgFrom<T>(Action<IActorRef> assertSender, Action<T> assertMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Completed(Expect<T>(
            timeout,
            (m, s) =>
            {
                assertSender(s);
                assertMessage(m);
            },
            hint, true, cancellationToken));

    /// <summary>The next message, of that type; sender and message withstand their assertions, within the time.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(Action<IActorRef> assertSender, Action<T> assertMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(
            timeout,
            (m, s) =>
            {
                assertSender(s);
                assertMessage(m);
            },
            hint, false, cancellationToken);

    private void AssertMessageFrom(IActorRef expected, IActorRef actual, Action assertMessage)
    {
        AssertSender(expected, actual);
        assertMessage();
    }

    private void AssertSender(IActorRef expected, IActorRef actual) =>
        Assertions.AssertTrue(expected.Equals(actual), "Sender does not match. Expected {0}, got {1}", expected, actual);
}
