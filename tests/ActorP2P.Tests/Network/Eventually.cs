using System.Runtime.CompilerServices;

namespace ActorP2P.Tests.Network;

/// <summary>Awaited conditions on what can only be asked for.</summary>
internal static class Eventually
{
    /// <summary>Generous: reached only when something is broken.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    public static Task HoldsAsync(Func<bool> condition, Func<string>? found = null, [CallerArgumentExpression(nameof(condition))] string? what = null) =>
        HoldsAsync(() => Task.FromResult(condition()), found, what);

    /// <summary>Asks until the condition holds.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="found">What is there instead, for the failure's message.</param>
    /// <param name="what">The condition's text.</param>
    /// <exception cref="TimeoutException">It did not hold within <see cref="Limit"/>.</exception>
    public static async Task HoldsAsync(Func<Task<bool>> condition, Func<string>? found = null, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"Not within {Limit.TotalSeconds} s: {what}. {found?.Invoke()}");
            }

            await Task.Delay(Interval);
        }
    }
}
