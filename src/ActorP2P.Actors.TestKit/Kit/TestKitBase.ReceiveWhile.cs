using System.Runtime.CompilerServices;

namespace ActorP2P.Actors.TestKit;

/// <summary>Receiving messages as long as they fit. The time limit is one of the whole, <c>idle</c> one of each pause.</summary>
public abstract partial class TestKitBase
{
    private enum Verdict
    {
        Keep,
        Skip,
        Stop,
    }

    /// <summary>Messages as long as the filter does not answer null and the time is not over; the one it refuses stays.</summary>
    public IReadOnlyList<T> ReceiveWhile<T>(TimeSpan? max, Func<object, T?> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default)
        where T : class => ReceiveWhile(filter, max, null, msgs, cancellationToken);

    /// <summary>Messages as long as the filter does not answer null and the time is not over; the one it refuses stays.</summary>
    public IReadOnlyList<T> ReceiveWhile<T>(TimeSpan? max, TimeSpan? idle, Func<object, T?> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default)
        where T : class => ReceiveWhile(filter, max, idle, msgs, cancellationToken);

    /// <summary>Messages as long as the filter does not answer null and the time is not over; the one it refuses stays.</summary>
    public IReadOnlyList<T> ReceiveWhile<T>(Func<object, T?> filter, TimeSpan? max = null, TimeSpan? idle = null, int msgs = int.MaxValue, CancellationToken cancellationToken = default)
        where T : class => Completed(While(Judge(filter), max, idle, msgs, true, cancellationToken));

    /// <summary>Messages of a type as long as the predicate holds and the time is not over; others are dropped, unless they are to end it.</summary>
    public IReadOnlyList<T> ReceiveWhile<T>(Predicate<T> shouldContinue, TimeSpan? max = null, TimeSpan? idle = null, int msgs = int.MaxValue, bool shouldIgnoreOtherMessageTypes = true, CancellationToken cancellationToken = default)
        where T : class => Completed(While(Judge(shouldContinue, shouldIgnoreOtherMessageTypes), max, idle, msgs, true, cancellationToken));

    /// <summary>Messages as long as the filter does not answer null and the time is not over; the one it refuses stays.</summary>
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(TimeSpan? max, Func<object, T?> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default)
        where T : class => ReceiveWhileAsync(filter, max, null, msgs, cancellationToken);

    /// <summary>Messages as long as the filter does not answer null and the time is not over; the one it refuses stays.</summary>
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(TimeSpan? max, TimeSpan? idle, Func<object, T?> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default)
        where T : class => ReceiveWhileAsync(filter, max, idle, msgs, cancellationToken);

    /// <summary>Messages as long as the filter does not answer null and the time is not over; the one it refuses stays.</summary>
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(Func<object, T?> filter, TimeSpan? max = null, TimeSpan? idle = null, int msgs = int.MaxValue, CancellationToken cancellationToken = default)
        where T : class => Each(While(Judge(filter), max, idle, msgs, false, cancellationToken));

    /// <summary>Messages of a type as long as the predicate holds and the time is not over; others are dropped, unless they are to end it.</summary>
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(Predicate<T> shouldContinue, TimeSpan? max = null, TimeSpan? idle = null, int msgs = int.MaxValue, bool shouldIgnoreOtherMessageTypes = true, CancellationToken cancellationToken = default)
        where T : class => Each(While(Judge(shouldContinue, shouldIgnoreOtherMessageTypes), max, idle, msgs, false, cancellationToken));

    private static async IAsyncEnumerable<T> Each<T>(ValueTask<IReadOnlyList<T>> messages, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var message in await messages)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return message;
        }
    }

    private static Func<object, (Verdict Verdict, T? Kept)> Judge<T>(Func<object, T?> filter)
        where T : class => message => filter(message) is { } kept ? (Verdict.Keep, kept) : (Verdict.Stop, null);

    private static Func<object, (Verdict Verdict, T? Kept)> Judge<T>(Predicate<T> shouldContinue, bool ignoreOthers)
        where T : class => message => message switch
        {
            T typed when shouldContinue(typed) => (Verdict.Keep, typed),
            T => (Verdict.Stop, null),
            _ => (ignoreOthers ? Verdict.Skip : Verdict.Stop, null),
        };

    private async ValueTask<IReadOnlyList<T>> While<T>(Func<object, (Verdict Verdict, T? Kept)> judge, TimeSpan? max, TimeSpan? idle, int limit, bool blocking, CancellationToken cancellationToken)
        where T : class
    {
        var stop = Now + RemainingOrDilated(max);
        var messages = new List<T>();
        Envelope? last = null;
        while (messages.Count < limit && await Take(Wait(), blocking, cancellationToken, remove: false) is { } envelope)
        {
            var (verdict, kept) = judge(envelope.Message);
            if (verdict == Verdict.Stop)
                break;
            await Take(TimeSpan.Zero, blocking, cancellationToken);
            if (kept is not null)
            {
                messages.Add(kept);
                last = envelope;
            }
        }

        _lastMessage = last;
        _lastWasNoMessage = true;
        return messages;

        TimeSpan Wait() => idle is { } pause && pause != Timeout.InfiniteTimeSpan ? Min(pause, stop - Now) : stop - Now;
    }
}
