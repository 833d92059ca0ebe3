using System.Text.Json;

namespace ActorP2P.Hocon.Tests;

/// <summary>Short forms for tests: parse, render as compact JSON, expect a failure.</summary>
internal static class Sample
{
    public static Config Parse(string text) => ConfigurationFactory.ParseString(text, WithEnvironment());

    public static Config Parse(string text, IIncludeResolver includes) =>
        ConfigurationFactory.ParseString(text, WithEnvironment() with { Includes = includes });

    public static HoconParseOptions WithEnvironment(params (string Name, string Value)[] variables) => new()
    {
        Source = "test",
        Environment = name => variables.FirstOrDefault(v => v.Name == name).Value,
    };

    /// <summary>The resolved configuration in JSON without blanks.</summary>
    public static string Json(string text) => Compact(Parse(text));

    public static string Compact(Config config) => Normal(config.Root.ToJson());

    public static void Same(string expectedJson, string hocon) => Same(expectedJson, Parse(hocon));

    public static void Same(string expectedJson, Config config) => Assert.Equal(Normal(expectedJson), Compact(config));

    /// <summary>The first error of parsing or resolving.</summary>
    public static HoconError Failure(string text, HoconParseOptions? options = null)
    {
        if (!ConfigurationFactory.TryParse(text, options ?? WithEnvironment(), out var config, out var errors))
            return errors[0];
        errors = config.Resolve();
        Assert.NotEmpty(errors);
        return errors[0];
    }

    public static void Fails(HoconErrorKind kind, string text) => Assert.Equal(kind, Failure(text).Kind);

    private static string Normal(string json) => JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement);
}
