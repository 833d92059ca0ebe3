using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ActorP2P.Simulation;

/// <summary>Reads <c>loss=0.05,kill=0.2</c>.</summary>
public static class FaultText
{
    private const double MaxSeconds = 3600;

    /// <summary>False for an unknown fault or an amount out of its range.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out FaultPlan? plan)
    {
        plan = new FaultPlan();
        foreach (var fault in text.Split(','))
        {
            var parts = fault.Split('=');
            if (parts.Length != 2
                || !double.TryParse(parts[1].EndsWith("ms", StringComparison.Ordinal) ? parts[1][..^2] : parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var amount)
                || !(amount >= 0))
            {
                plan = null;
                return false;
            }

            plan = Read(plan, parts[0], amount);
            if (plan is null)
            {
                return false;
            }
        }

        return plan.Kill + plan.Restart + plan.Wipe + plan.Join + plan.Liars <= 1;
    }

    /// <summary>The text that is read as this plan; empty for the usual one.</summary>
    public static string Of(FaultPlan plan)
    {
        var usual = new FaultPlan();
        (string Name, double Amount, double Usual)[] faults =
        [
            ("loss", plan.Loss, 0),
            ("kill", plan.Kill, 0),
            ("restart", plan.Restart, 0),
            ("wipe", plan.Wipe, 0),
            ("join", plan.Join, 0),
            ("slow", plan.Slow, 0),
            ("liars", plan.Liars, 0),
            ("partition", plan.Partition.TotalSeconds, 0),
            ("oneway", plan.OneWay.TotalSeconds, 0),
            ("skew", plan.Skew.TotalSeconds, 0),
            ("delay", plan.Delay.TotalMilliseconds, usual.Delay.TotalMilliseconds),
            ("jitter", plan.Jitter.TotalMilliseconds, 0),
        ];
        return string.Join(',', faults.Where(static fault => fault.Amount != fault.Usual).Select(static fault => FormattableString.Invariant($"{fault.Name}={fault.Amount}")));
    }

    private static FaultPlan? Read(FaultPlan plan, string name, double amount) => name switch
    {
        "loss" when amount < 1 => plan with { Loss = amount },
        "kill" when amount <= 1 => plan with { Kill = amount },
        "restart" when amount <= 1 => plan with { Restart = amount },
        "wipe" when amount <= 1 => plan with { Wipe = amount },
        "join" when amount <= 1 => plan with { Join = amount },
        "slow" when amount <= 1 => plan with { Slow = amount },
        "liars" when amount <= 1 => plan with { Liars = amount },
        "partition" when amount <= MaxSeconds => plan with { Partition = TimeSpan.FromSeconds(amount) },
        "oneway" when amount <= MaxSeconds => plan with { OneWay = TimeSpan.FromSeconds(amount) },
        "skew" when amount <= MaxSeconds => plan with { Skew = TimeSpan.FromSeconds(amount) },
        "delay" when amount is > 0 and <= 10_000 => plan with { Delay = TimeSpan.FromMilliseconds(amount) },
        "jitter" when amount <= 10_000 => plan with { Jitter = TimeSpan.FromMilliseconds(amount) },
        _ => null,
    };
}
