using System.Collections;
using System.Runtime.CompilerServices;

namespace ActorP2P.Actors.TestKit;

/// <summary>Looking for one message among others, and for several in any order.</summary>
public abstract partial class TestKitBase
{
    /// <summary>Skips messages until one of that type fulfils the predicate, within the time.</summary>
    public T FishForMessage<T>(Predicate<T> isMessage, TimeSpan? max = null, string? hint = "", CancellationToken cancellationToken = default) =>
        Completed(Fish(isMessage, null, max, hint, true, cancellationToken));

    /// <summary>Skips messages until one of that type fulfils the predicate, within the time; those skipped are put into the list.</summary>
    public T FishForMessage<T>(Predicate<T> isMessage, ArrayList? allMessages, TimeSpan? max = null, string? hint = "", CancellationToken cancellationToken = default) =>
        Completed(Fish(isMessage, allMessages, max, hint, true, cancellationToken));

    /// <summary>Skips messages until one fulfils the predicate, within the time.</summary>
    public object FishForMessage(Predicate<object> isMessage, TimeSpan? max = null, string? hint = "", CancellationToken cancellationToken = default) =>
        Completed(Fish(isMessage, null, max, hint, true, cancellationToken));

    /// <summary>Skips messages until one of that type fulfils the predicate, within the time.</summary>
    public ValueTask<T> FishForMessageAsync<T>(Predicate<T> isMessage, TimeSpan? max = null, string? hint = "", CancellationToken cancellationToken = default) =>
        Fish(isMessage, null, max, hint, false, cancellationToken);

    /// <summary>Skips messages until one of that type fulfils the predicate, within the time; those skipped are put into the list.</summary>
    public ValueTask<T> FishForMessageAsync<T>(Predicate<T> isMessage, ArrayList? allMessages, TimeSpan? max = null, string? hint = "", CancellationToken cancellationToken = default) =>
        Fish(isMessage, allMessages, max, hint, false, cancellationToken);

    /// <summary>Skips messages until one fulfils the predicate, within the time.</summary>
    public ValueTask<object> FishForMessageAsync(Predicate<object> isMessage, TimeSpan? max = null, string? hint = "", CancellationToken cancellationToken = default) =>
        Fish(isMessage, null, max, hint, false, cancellationToken);

    /// <summary>Takes what comes during the time; a message of that type fails the test.</summary>
    public async Task FishUntilMessageAsync<T>(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        await While<object>(
            message =>
            {
                Assertions.AssertTrue(message is not T, "Did not expect a message of type {0}", typeof(T));
                return (Verdict.Skip, null);
            },
            max, null, int.MaxValue, false, cancellationToken);

    /// <summary>All of those messages, in any order, as the next ones.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(params T[] messages) => ExpectMsgAllOf((IReadOnlyCollection<T>)messages);

    /// <summary>All of those messages, in any order, as the next ones, within the time.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, params T[] messages) => ExpectMsgAllOf(max, (IReadOnlyCollection<T>)messages);

    /// <summary>All of those messages, in any order, as the next ones.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        Completed(ExpectAll(RemainingOrDefault, messages, true, cancellationToken));

    /// <summary>All of those messages, in any order, as the next ones, within the time.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        Completed(ExpectAll(RemainingOrDilated(max), messages, true, cancellationToken));

    /// <summary>All of those messages, in any order, as the next ones.</summary>
    public IAsyncEnumerable<T> ExpectMsgAllOfAsync<T>(IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        ExpectMsgAllOfAsync(RemainingOrDefault, messages, cancellationToken);

    /// <summary>All of those messages, in any order, as the next ones, within the time.</summary>
    public async IAsyncEnumerable<T> ExpectMsgAllOfAsync<T>(TimeSpan max, IReadOnlyCollection<T> messages, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var message in await ExpectAll(RemainingOrDilated(max), messages, false, cancellationToken))
            yield return message;
    }

    /// <summary>As many messages as predicates, in any order, each fulfilling one.</summary>
    public IReadOnlyCollection<object> ExpectMsgAllOfMatchingPredicates(params PredicateInfo[] predicates) =>
        Completed(ExpectFitting(RemainingOrDefault, predicates, true, CancellationToken.None));

    /// <summary>As many messages as predicates, in any order, each fulfilling one, within the time.</summary>
    public IReadOnlyCollection<object> ExpectMsgAllOfMatchingPredicates(TimeSpan max, params PredicateInfo[] predicates) =>
        Completed(ExpectFitting(RemainingOrDilated(max), predicates, true, CancellationToken.None));

    /// <summary>As many messages as predicates, in any order, each fulfilling one.</summary>
    public IReadOnlyCollection<object> ExpectMsgAllOfMatchingPredicates(IReadOnlyCollection<PredicateInfo> predicates, CancellationToken cancellationToken) =>
        Completed(ExpectFitting(RemainingOrDefault, predicates, true, cancellationToken));

    /// <summary>As many messages as predicates, in any order, each fulfilling one, within the time.</summary>
    public IReadOnlyCollection<object> ExpectMsgAllOfMatchingPredicates(TimeSpan max, IReadOnlyCollection<PredicateInfo> predicates, CancellationToken cancellationToken) =>
        Completed(ExpectFitting(RemainingOrDilated(max), predicates, true, cancellationToken));

    /// <summary>As many messages as predicates, in any order, each fulfilling one.</summary>
    public IAsyncEnumerable<object> ExpectMsgAllOfMatchingPredicatesAsync(IReadOnlyCollection<PredicateInfo> predicates, CancellationToken cancellationToken = default) =>
        ExpectMsgAllOfMatchingPredicatesAsync(RemainingOrDefault, predicates, cancellationToken);

    /// <summary>As many messages as predicates, in any order, each fulfilling one, within the time.</summary>
    public async IAsyncEnumerable<object> ExpectMsgAllOfMatchingPredicatesAsync(
        TimeSpan max, IReadOnlyCollection<PredicateInfo> predicates, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var message in await ExpectFitting(RemainingOrDilated(max), predicates, false, cancellationToken))
            yield return message;
    }

    private async ValueTask<IReadOnlyCollection<object>> ExpectFitting(TimeSpan max, IReadOnlyCollection<PredicateInfo> predicates, bool blocking, CancellationToken cancellationToken)
    {
        var missing = predicates.ToList();
        var got = await ReceiveMany(predicates.Count, max, blocking, cancellationToken);
        foreach (var message in got)
        {
            var fitting = missing.FindIndex(predicate => predicate.Fits(message));
            Assertions.AssertTrue(fitting >= 0, "not found [{0}], found unexpected [{1}]", string.Join(", ", missing), message);
            missing.RemoveAt(fitting);
        }

        return got;
    }

    private async ValueTask<T> Fish<T>(Predicate<T> isMessage, ArrayList? skipped, TimeSpan? max, string? hint, bool blocking, CancellationToken cancellationToken)
    {
        var limit = RemainingOrDilated(max);
        var stop = Now + limit;
        skipped?.Clear();
        while (await Take(stop - Now, blocking, cancellationToken) is { } envelope)
        {
            if (envelope.Message is T typed && isMessage(typed))
                return typed;
            skipped?.Add(envelope.Message);
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
