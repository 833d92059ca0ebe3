using System.CommandLine;
using ActorP2P.Program.Provisioning;

namespace ActorP2P.Program.Commands;

/// <summary>Forms of options that several commands have.</summary>
internal static class OptionRules
{
    /// <summary>An option that is on or off, on when it is left out.</summary>
    public static Option<string> OnOff(string name, string description)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = static _ => "on" };
        option.AcceptOnlyFromAmong("on", "off");
        return option;
    }

    /// <summary>A whole number within a range.</summary>
    public static Option<int> Number(string name, string description, int standard, int min, int max)
    {
        var option = new Option<int>(name) { Description = $"{description} ({min} to {max})", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out var value) && (value < min || value > max))
            {
                result.AddError($"{name} is {value}, not {min} to {max}.");
            }
        });
        return option;
    }

    /// <summary>The identity curve of a network to be made.</summary>
    public static Option<string> Curve() => new("--curve")
    {
        Description = $"Identity curve of the network: {KnownAlgorithms.CurveNames}.",
        DefaultValueFactory = static _ => "p256",
    };

    /// <summary>Output for programs.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object." };

    /// <summary>A configuration file.</summary>
    public static Option<string> ConfigFile() => new("--config")
    {
        Description = "The node's HOCON file.",
        Required = true,
        HelpName = "FILE",
    };
}
