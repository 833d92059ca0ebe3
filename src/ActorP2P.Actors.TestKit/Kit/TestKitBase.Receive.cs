using System.Runtime.CompilerServices;

namespace ActorP2P.Actors.TestKit;

/// <summary>Receiving several messages, looking for one among them, and waiting for conditions.</summary>
public abstract partial class TestKitBase
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>The next message, or null when none comes in time.</summary>
    public object? ReceiveOne(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        Completed(Take(RemainingOrDilated(max), true, cancellationToken))?.Message;

    /// <summary>The next message, or null when none comes in time.</summary>
    public async ValueTask<object?> ReceiveOneAsync(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        (await Take(RemainingOrDilated(max), false, cancellationToken))?.Message;

    /// <summary>So many messages, each within what remains of the time.</summary>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, CancellationToken cancellationToken = default) =>
        Completed(ReceiveMany(numberOfMessages, RemainingOrDefault, true, cancellationToken));

    /// <summary>So many messages within the time.</summary>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default) =>
        Completed(ReceiveMany(numberOfMessages, RemainingOrDilated(max), true, cancellationToken));

    /// <summary>So many messages within the default time.</summary>
    public IAsyncEnumerable<object> ReceiveNAsync(int numberOfMessages, CancellationToken cancellationToken = default) =>
        ReceiveNAsync(numberOfMessages, RemainingOrDefault, cancellationToken);

    /// <summary>So many messages within the time.</summary>
    public async IAsyncEnumerable<object> ReceiveNAsync(int numberOfMessages, TimeSpan max, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var message in await ReceiveMany(numberOfMessages, Dilated(max), false, cancellationToken))
            yield return message;
    }

    /// <summary>Messages as long as the filter does not answer null and the time is not over; the one it refuses stays.</summary>
    public IReadOnlyList<T> ReceiveWhile<T>(TimeSpan? max, Func<object, T?> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default)
        where T : class => Completed(ReceiveWhileCore(max, filter, msgs, true, cancellationToken));

    /// <summary>Messages of a type as long as the predicate holds and the time is not over; the first other one stays.</summary>
    public IReadOnlyList<T> ReceiveWhile<T>(Predicate<T> shouldContinue, TimeSpan? max = null, int msgs = int.MaxValue, CancellationToken cancellationToken = default)
        where T : class => ReceiveWhile(max, m => m is T typed && shouldContinue(typed) ? typed : null, msgs, cancellationToken);

    /// <summary>Skips messages until one of that type fulfils the predicate, within the time.</summary>
    public T FishForMessage<T>(Predicate<T> isMessage, TimeSpan? max = null, string? hint = "", CancellationToken cancellationToken = default) =>
        Completed(Fish(isMessage, max, hint, true, cancellationToken));

    /// <summary>Skips messages until one fulfils the predicate, within the time.</summary>
    public object FishForMessage(Predicate<object> isMessage, TimeSpan? max = null, string? hint = "", CancellationToken cancellationToken = default) =>
        Completed(Fish(isMessage, max, hint, true, cancellationToken));

    /// <summary>Skips messages until one of that type fulfils the predicate, within the time.</summary>
    public ValueTask<T> FishForMessageAsync<T>(Predicate<T> isMessage, TimeSpan? max = null, string? hint = "", CancellationToken cancellationToken = default) =>
        Fish(isMessage, max, hint, false, cancellationToken);

    /// <summary>Skips messages until one fulfils the predicate, within the time.</summary>
    public ValueTask<object> FishForMessageAsync(Predicate<object> isMessage, TimeSpan? max = null, string? hint = "", CancellationToken cancellationToken = default) =>
        Fish(isMessage, max, hint, false, cancellationToken);

    /// <summary>Skips messages until one is of that type; it stays for the next expectation.</summary>
    public async Task FishUntilMessageAsync<T>(TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        await Fish<T>(static _ => true, max, $"a message of type {typeof(T)}", false, cancellationToken);
        _queue.PutBack(_lastMessage!.Value);
    }

    /// <summary>All of those messages, in any order, as the next ones.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        Completed(ExpectAll(RemainingOrDefault, messages, true, cancellationToken));

    /// <summary>All of those messages, in any order, as the next ones, within the time.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        Completed(ExpectAll(RemainingOrDilated(max), messages, true, cancellationToken));

    /// <summary>All of those messages, in any order, as the next ones.</summary>
    public async IAsyncEnumerable<T> ExpectMsgAllOfAsync<T>(IReadOnlyCollection<T> messages, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var message in await ExpectAll(RemainingOrDefault, messages, false, cancellationToken))
            yield return message;
    }

    private async ValueTask<IReadOnlyCollection<object>> ReceiveMany(int count, TimeSpan max, bool blocking, CancellationToken cancellationToken)
    {
        var stop = Now + max;
        var messages = new List<object>(Math.Min(count, 1024));
        while (messages.Count < count)
        {
            if (await Take(stop - Now, blocking, cancellationToken) is not { } envelope)
            {
                Assertions.Fail("Timeout ({0}) while expecting {1} messages. Only got {2}.", max, count, messages.Count);
                break;
            }

            messages.Add(envelope.Message);
        }

        return messages;
    }

    private async ValueTask<IReadOnlyList<T>> ReceiveWhileCore<T>(TimeSpan? max, Func<object, T?> filter, int limit, bool blocking, CancellationToken cancellationToken)
        where T : class
    {
        var stop = Now + RemainingOrDilated(max);
        var messages = new List<T>();
        Envelope? last = null;
        while (messages.Count < limit && await Take(stop - Now, blocking, cancellationToken) is { } envelope)
        {
            if (filter(envelope.Message) is not { } taken)
            {
                _queue.PutBack(envelope);
                break;
            }

            messages.Add(taken);
            last = envelope;
        }

        _lastMessage = last;
        _lastWasNoMessage = true;
        return messages;
    }

    private async ValueTask<T> Fish<T>(Predicate<T> isMessage, TimeSpan? max, string? hint, bool blocking, CancellationToken cancellationToken)
    {
        var limit = RemainingOrDilated(max);
        var stop = Now + limit;
        while (await Take(stop - Now, blocking, cancellationToken) is { } envelope)
        {
            if (envelope.Message is T typed && isMessage(typed))
                return typed;
        }

        Assertions.Fail("Timeout ({0}) during fishForMessage, hint: {1}", limit, hint);
        return default!;
    }

    private async ValueTask<IReadOnlyCollection<T>> ExpectAll<T>(TimeSpan max, IReadOnlyCollection<T> expected, bool blocking, CancellationToken cancellationToken)
    {
        var missing = expected.ToList();
        var got = new List<T>();
        foreach (var message in await ReceiveMany(expected.Count, max, blocking, cancellationToken))
        {
            Assertions.AssertTrue(message is T typed && missing.Remove(typed), "not found [{0}], found unexpected [{1}]", string.Join(", ", missing), message);
            got.Add((T)message);
        }

        return got;
    }
}
