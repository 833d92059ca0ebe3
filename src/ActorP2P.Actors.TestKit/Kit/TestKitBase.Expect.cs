namespace ActorP2P.Actors.TestKit;

/// <summary>Expecting one message, silence, or the end of an actor.</summary>
public abstract partial class TestKitBase
{
    /// <summary>The next message, of that type, within the time.</summary>
    public T ExpectMsg<T>(TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Completed(Expect<T>(duration, null, hint, true, cancellationToken));

    /// <summary>The next message, equal to that one, within the time.</summary>
    public T ExpectMsg<T>(T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Completed(Expect<T>(timeout, (m, _) => Assertions.AssertEqual(message, m, Hint(hint)), hint, true, cancellationToken));

    /// <summary>The next message, of that type and fulfilling the predicate, within the time.</summary>
    public T ExpectMsg<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Completed(Expect<T>(timeout, (m, _) => AssertPredicate(isMessage(m), m, hint), hint, true, cancellationToken));

    /// <summary>The next message, of that type and fulfilling the predicate of message and sender, within the time.</summary>
    public T ExpectMsg<T>(Func<T, IActorRef, bool> isMessageAndSender, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Completed(Expect<T>(timeout, (m, s) => AssertPredicate(isMessageAndSender(m, s), m, hint), hint, true, cancellationToken));

    /// <summary>The next message, of that type and withstanding the assertions, within the time.</summary>
    public T ExpectMsg<T>(Action<T> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Completed(Expect<T>(timeout, (m, _) => assert(m), hint, true, cancellationToken));

    /// <summary>The next message and its sender, withstanding the assertions, within the time.</summary>
    public T ExpectMsg<T>(Action<T, IActorRef> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Completed(Expect(timeout, assert, hint, true, cancellationToken));

    /// <summary>The next message, equal to that one by the comparison, within the time.</summary>
    public T ExpectMsg<T>(T expected, Func<T, T, bool> comparer, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Completed(Expect<T>(timeout, (m, _) => AssertPredicate(comparer(expected, m), m, hint), hint, true, cancellationToken));

    /// <summary>The next message, of that type, within the time.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(duration, null, hint, false, cancellationToken);

    /// <summary>The next message, equal to that one, within the time.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, (m, _) => Assertions.AssertEqual(message, m, Hint(hint)), hint, false, cancellationToken);

    /// <summary>The next message, of that type and fulfilling the predicate, within the time.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, (m, _) => AssertPredicate(isMessage(m), m, hint), hint, false, cancellationToken);

    /// <summary>The next message, of that type and fulfilling the predicate of message and sender, within the time.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(Func<T, IActorRef, bool> isMessageAndSender, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, (m, s) => AssertPredicate(isMessageAndSender(m, s), m, hint), hint, false, cancellationToken);

    /// <summary>The next message, equal to that one by the comparison, within the time.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(T expected, Func<T, T, bool> comparer, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, (m, _) => AssertPredicate(comparer(expected, m), m, hint), hint, false, cancellationToken);

    /// <summary>The next message, of that type and withstanding the assertions, within the time.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(Action<T> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, (m, _) => assert(m), hint, false, cancellationToken);

    /// <summary>The next message and its sender, withstanding the assertions, within the time.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(Action<T, IActorRef> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect(timeout, assert, hint, false, cancellationToken);

    /// <summary>The next message, equal to one of those.</summary>
    public T ExpectMsgAnyOf<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default) =>
        Completed(Expect<T>(null, (m, _) => AssertPredicate(messages.Contains(m), m, $"one of {string.Join(", ", messages)}"), null, true, cancellationToken));

    /// <summary>The next message, equal to one of those.</summary>
    public ValueTask<T> ExpectMsgAnyOfAsync<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default) =>
        Expect<T>(null, (m, _) => AssertPredicate(messages.Contains(m), m, $"one of {string.Join(", ", messages)}"), null, false, cancellationToken);

    /// <summary>The end of a watched actor, as the next message.</summary>
    public Terminated ExpectTerminated(IActorRef target, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Completed(Expect<Terminated>(timeout, (t, _) => AssertEnded(target, t), hint ?? $"Terminated {target}", true, cancellationToken));

    /// <summary>The end of a watched actor, as the next message.</summary>
    public ValueTask<Terminated> ExpectTerminatedAsync(IActorRef target, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<Terminated>(timeout, (t, _) => AssertEnded(target, t), hint ?? $"Terminated {target}", false, cancellationToken);

    /// <summary>No message for the default time.</summary>
    public void ExpectNoMsg(CancellationToken cancellationToken = default) => Completed(ExpectSilence(null, true, cancellationToken));

    /// <summary>No message for that time.</summary>
    public void ExpectNoMsg(TimeSpan duration, CancellationToken cancellationToken = default) => Completed(ExpectSilence(duration, true, cancellationToken));

    /// <summary>No message for so many milliseconds.</summary>
    public void ExpectNoMsg(int milliseconds, CancellationToken cancellationToken = default) => ExpectNoMsg(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    /// <summary>No message for the default time.</summary>
    public ValueTask ExpectNoMsgAsync(CancellationToken cancellationToken = default) => ExpectSilence(null, false, cancellationToken);

    /// <summary>No message for that time.</summary>
    public ValueTask ExpectNoMsgAsync(TimeSpan duration, CancellationToken cancellationToken = default) => ExpectSilence(duration, false, cancellationToken);

    /// <summary>No message for so many milliseconds.</summary>
    public ValueTask ExpectNoMsgAsync(int milliseconds, CancellationToken cancellationToken = default) => ExpectNoMsgAsync(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    private static string Hint(string? hint) => hint is null ? "" : hint.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);

    private async ValueTask<T> Expect<T>(TimeSpan? timeout, Action<T, IActorRef>? assert, string? hint, bool blocking, CancellationToken cancellationToken)
    {
        var limit = RemainingOrDilated(timeout);
        if (await Take(limit, blocking, cancellationToken) is not { } envelope)
        {
            Assertions.Fail("Failed: Timeout {0} while waiting for a message of type {1} {2}", limit, typeof(T), hint);
            return default!;
        }

        if (envelope.Message is not T typed)
        {
            Assertions.Fail(
                "Failed: Expected a message of type {0}, but received {{{1}}} (type {2}) instead {3} from {4}",
                typeof(T), envelope.Message, envelope.Message.GetType(), hint, envelope.Sender);
            return default!;
        }

        assert?.Invoke(typed, envelope.Sender);
        return typed;
    }

    private async ValueTask ExpectSilence(TimeSpan? duration, bool blocking, CancellationToken cancellationToken)
    {
        var limit = duration is { } given ? RemainingOrDilated(given) : RemainingOr(Dilated(TestKitSettings.ExpectNoMessageDefault));
        if (await Take(limit, blocking, cancellationToken) is { } envelope)
            Assertions.Fail("Failed: Expected no messages during {0}, instead we received {1}", limit, envelope);
        _lastWasNoMessage = true;
    }

    private async ValueTask<Envelope?> Take(TimeSpan limit, bool blocking, CancellationToken cancellationToken, bool remove = true)
    {
        var envelope = await _queue.TakeAsync(limit, remove, blocking, cancellationToken);
        _lastMessage = envelope;
        _lastWasNoMessage = false;
        return envelope;
    }

    private void AssertPredicate<T>(bool holds, T message, string? hint) =>
        Assertions.AssertTrue(holds, "Got a message of the expected type <{0}>. Also expected {1} but the message {{{2}}} did not match", typeof(T), hint ?? "the predicate to return true", message);

    private void AssertEnded(IActorRef target, Terminated terminated) =>
        Assertions.AssertTrue(target.Equals(terminated.ActorRef), "Expected Terminated {0}, got {1}", target, terminated.ActorRef);
}
