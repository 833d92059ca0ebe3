using System.Runtime.CompilerServices;

namespace ActorP2P.Tests.Network;

/// <summary>What an actor of a test received, in order. Tests await conditions on it; nothing polls.</summary>
internal sealed class MessageLog
{
    private readonly Lock _gate = new();
    private readonly List<object> _messages = [];
    private TaskCompletionSource _grown = NewSignal();

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _messages.Count;
            }
        }
    }

    public IReadOnlyList<Delivery> Deliveries => Of<Delivery>();

    public void Add(object message)
    {
        TaskCompletionSource grown;
        lock (_gate)
        {
            _messages.Add(message);
            grown = _grown;
            _grown = NewSignal();
        }

        grown.SetResult();
    }

    public IReadOnlyList<T> Of<T>()
    {
        lock (_gate)
        {
            return [.. _messages.OfType<T>()];
        }
    }

    /// <summary>Waits until so many messages of a type are there, and gives all of them.</summary>
    public async Task<IReadOnlyList<T>> AtLeastAsync<T>(int count)
    {
        await UntilAsync(messages => messages.OfType<T>().Count() >= count, $"{count} x {typeof(T).Name}");
        return Of<T>();
    }

    /// <summary>Waits for the first message of a type that fits.</summary>
    public async Task<T> FirstAsync<T>(Func<T, bool>? fits = null, [CallerArgumentExpression(nameof(fits))] string? what = null)
    {
        bool Fits(T message) => fits is null || fits(message);
        await UntilAsync(messages => messages.OfType<T>().Any(Fits), $"{typeof(T).Name} {what}");
        return Of<T>().First(Fits);
    }

    /// <summary>Waits until the condition holds for all messages so far.</summary>
    /// <exception cref="TimeoutException">It did not within <see cref="Eventually.Limit"/>.</exception>
    public async Task UntilAsync(Func<IReadOnlyList<object>, bool> condition, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        using var limit = new CancellationTokenSource(Eventually.Limit);
        while (true)
        {
            Task grown;
            lock (_gate)
            {
                if (condition(_messages))
                {
                    return;
                }

                grown = _grown.Task;
            }

            try
            {
                await grown.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Not within {Eventually.Limit.TotalSeconds} s: {what}. Received: {Summary()}");
            }
        }
    }

    private string Summary()
    {
        lock (_gate)
        {
            return $"{_messages.Count} messages, the last: {string.Join(" | ", _messages.TakeLast(8))}";
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
