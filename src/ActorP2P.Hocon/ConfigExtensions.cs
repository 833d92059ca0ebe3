namespace ActorP2P.Hocon;

/// <summary>Forms for configurations that may be null, as <see cref="Config.GetConfig"/> answers them.</summary>
public static class ConfigExtensions
{
    /// <summary>The configuration over its fallback, or whichever of them there is.</summary>
    public static Config SafeWithFallback(this Config? config, Config? fallback) =>
        config?.WithFallback(fallback) ?? fallback ?? Config.Empty;

    /// <summary>Whether there is no configuration, or none with settings.</summary>
    public static bool IsNullOrEmpty(this Config? config) => config is null || config.IsEmpty;
}
