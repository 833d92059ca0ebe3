using ActorP2P.Hocon;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Benchmarks.Dissemination;

/// <summary>
/// What origin signatures cost: messages a second of one core with flushes of 64, beside the same core with a signature a
/// message, and beside a namespace without signatures.
/// </summary>
public static class SignatureCases
{
    private const int Flush = 64;
    private const int Messages = 6400;

    /// <summary>Runs the wanted cases.</summary>
    public static Task RunAsync(BenchmarkArguments arguments) =>
        BenchmarkRow.PrintAsync(RowsAsync(arguments), arguments.Json, Console.Out);

    private static async IAsyncEnumerable<BenchmarkRow> RowsAsync(BenchmarkArguments arguments)
    {
        var settings = Settings();
        var messages = arguments.Scaled(Messages);
        foreach (var payload in new[] { 100, 1024 })
        {
            if (arguments.Wants("signature-publish"))
            {
                yield return await CompareAsync(arguments, "signature-publish-flush", payload, "single",
                    () => Line(settings, true).Publish(messages, payload, Flush), () => Line(settings, true).Publish(messages, payload, 1));
                yield return await CompareAsync(arguments, "signature-publish-flush", payload, "unsigned",
                    () => Line(settings, true).Publish(messages, payload, Flush), () => Line(settings, false).Publish(messages, payload, Flush));
            }

            if (arguments.Wants("signature-relay"))
            {
                yield return await CompareAsync(arguments, "signature-relay-flush", payload, "single",
                    () => Line(settings, true).Relay(messages, payload, Flush), () => Line(settings, true).Relay(messages, payload, 1));
                yield return await CompareAsync(arguments, "signature-relay-flush", payload, "unsigned",
                    () => Line(settings, true).Relay(messages, payload, Flush), () => Line(settings, false).Relay(messages, payload, Flush));
            }
        }
    }

    private static RelayLine Line(DisseminationSettings settings, bool isSigned) => new(settings, isSigned);

    private static async Task<BenchmarkRow> CompareAsync(BenchmarkArguments arguments, string name, int payload, string peer, Func<double> ours, Func<double> theirs) =>
        new(name, payload, "msg/s", peer, await Interleaved.MeasureAsync(arguments, () => Task.FromResult(ours()), () => Task.FromResult(theirs())));

    private static DisseminationSettings Settings()
    {
        var result = SettingsReader.Read(ConfigurationFactory.ParseString(
            """
            actorp2p {
              network { id = benchmark, listen = ["127.0.0.1:0"], peers = [], data-directory = "." }
              identity { key-file = "unused", certificate-file = "unused", ca-file = "unused" }
            }
            """));
        return result.IsValid ? result.Settings.Dissemination : throw new InvalidOperationException(string.Join("; ", result.Errors));
    }
}
