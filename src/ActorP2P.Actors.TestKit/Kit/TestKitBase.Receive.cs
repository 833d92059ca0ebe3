using System.Collections;
using System.Runtime.CompilerServices;

namespace ActorP2P.Actors.TestKit;

/// <summary>Receiving one or several messages, and looking at one without taking it.</summary>
public abstract partial class TestKitBase
{
    /// <summary>The next message, or null when none comes in time.</summary>
    public object? ReceiveOne(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        Completed(Take(RemainingOrDilated(max), true, cancellationToken))?.Message;

    /// <summary>The next message, or null when none comes in time.</summary>
    public async ValueTask<object?> ReceiveOneAsync(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        (await Take(RemainingOrDilated(max), false, cancellationToken))?.Message;

    /// <summary>The next message and its sender; false when none comes in time.</summary>
    public bool TryReceiveOne(out MessageEnvelope envelope, TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        Found(Completed(Take(RemainingOrDilated(max), true, cancellationToken)), out envelope);

    /// <summary>The next message and its sender; false when none comes in time.</summary>
    public async ValueTask<(bool Success, MessageEnvelope Envelope)> TryReceiveOneAsync(TimeSpan? max, CancellationToken cancellationToken = default) =>
        (Found(await Take(RemainingOrDilated(max), false, cancellationToken), out var envelope), envelope);

    /// <summary>The next message, which stays; null when none comes in time.</summary>
    public object? PeekOne(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        Completed(Take(RemainingOrDilated(max), true, cancellationToken, remove: false))?.Message;

    /// <summary>The next message, which stays; waits until there is one.</summary>
    public object? PeekOne(CancellationToken cancellationToken) => PeekOne(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>The next message, which stays; null when none comes in time.</summary>
    public async ValueTask<object?> PeekOneAsync(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        (await Take(RemainingOrDilated(max), false, cancellationToken, remove: false))?.Message;

    /// <summary>The next message, which stays; waits until there is one.</summary>
    public ValueTask<object?> PeekOneAsync(CancellationToken cancellationToken) => PeekOneAsync(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>The next message, which stays, and its sender; false when none comes in time.</summary>
    public bool TryPeekOne(out MessageEnvelope envelope, TimeSpan? max, CancellationToken cancellationToken) =>
        Found(Completed(Take(RemainingOrDilated(max), true, cancellationToken, remove: false)), out envelope);

    /// <summary>The next message, which stays, and its sender; false when none comes in time.</summary>
    public async ValueTask<(bool Success, MessageEnvelope Envelope)> TryPeekOneAsync(TimeSpan? max, CancellationToken cancellationToken) =>
        (Found(await Take(RemainingOrDilated(max), false, cancellationToken, remove: false), out var envelope), envelope);

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

    /// <summary>All messages until none comes for that time; fails when there are more than <paramref name="maxMessages"/>.</summary>
    public async Task<ArrayList> WaitForRadioSilenceAsync(TimeSpan? max = null, uint? maxMessages = null, CancellationToken cancellationToken = default)
    {
        var messages = new ArrayList();
        while (await ReceiveOneAsync(max, cancellationToken) is { } message)
        {
            messages.Add(message);
            Assertions.AssertTrue(messages.Count <= (maxMessages ?? int.MaxValue), "More than {0} messages", maxMessages);
        }

        return ArrayList.ReadOnly(messages);
    }

    private static bool Found(Envelope? taken, out MessageEnvelope envelope)
    {
        envelope = taken is { } found ? new RealMessageEnvelope(found.Message, found.Sender!) : NullMessageEnvelope.Instance;
        return taken is not null;
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
}
