using ActorP2P.Protocol.Settings;
using AkkaConfig = Akka.Configuration.Config;

namespace ActorP2P.AkkaRemoting;

/// <summary>The section <c>akka.remote.p2p</c>; its keys are explained in <c>hocon/akka/p2p.conf</c>.</summary>
public sealed record RemotingSettings(
    string ConfigFile,
    string Namespace,
    long MaximumFrameBytes,
    long QueueBytes,
    long WindowBytes,
    long BatchBytes,
    TimeSpan AssociateTimeout,
    int MaxAssociationsPerNode)
{
    /// <summary>Reads the section, with the defaults of p2p.conf beneath it.</summary>
    /// <exception cref="Akka.Configuration.ConfigurationException">A value is missing or out of range.</exception>
    public static RemotingSettings Read(AkkaConfig section)
    {
        var config = section.WithFallback(P2PTransport.Defaults.GetConfig("akka.remote.p2p"));
        var settings = new RemotingSettings(
            config.GetString("config-file"),
            config.GetString("namespace"),
            Bytes(config, "maximum-frame-size"),
            Bytes(config, "queue-size"),
            Bytes(config, "window-size"),
            Bytes(config, "batch-size"),
            config.GetTimeSpan("associate-timeout"),
            config.GetInt("max-associations-per-node"));
        Require(settings.Namespace.Length > 0, "namespace must not be empty");
        Require(settings.AssociateTimeout > TimeSpan.Zero, "associate-timeout must be positive");
        Require(settings.MaxAssociationsPerNode > 0, "max-associations-per-node must be positive");
        Require(settings.QueueBytes >= settings.MaximumFrameBytes, "queue-size must have room for maximum-frame-size");
        return settings;
    }

    /// <summary>The relation that only both configurations together can break.</summary>
    internal void Check(P2PSettings node) => Require(
        MaximumFrameBytes + RemotingWire.HeadBytes + (2 * sizeof(uint)) <= node.Channel.MaxMessageBytes,
        $"maximum-frame-size must fit into actorp2p.channel.max-message-bytes, {node.Channel.MaxMessageBytes}");

    private static long Bytes(AkkaConfig config, string key) => config.GetByteSize(key, null) is { } bytes and > 0 and <= int.MaxValue
        ? bytes
        : throw new Akka.Configuration.ConfigurationException($"akka.remote.p2p.{key} must be a size from 1 B to 2 GiB");

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new Akka.Configuration.ConfigurationException($"akka.remote.p2p.{what}");
        }
    }
}
