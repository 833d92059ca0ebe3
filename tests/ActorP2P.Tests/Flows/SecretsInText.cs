using System.Collections.Concurrent;
using System.Security.Cryptography;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Settings;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Flows;

/// <summary>Key material is in no text that a node makes: logs at the most talkative level, events, dead letters, dumps, errors.</summary>
public sealed class SecretsInText
{
    private const string Talkative = """
        akka { loglevel = DEBUG, stdout-loglevel = OFF, loggers = [], log-dead-letters = on
          actor.debug { receive = on, autoreceive = on, lifecycle = on, unhandled = on, event-stream = on } }
        """;

    [Fact]
    public async Task A_debug_level_run_shows_no_key_material()
    {
        AeadSuites.Register(RecordingSuite.Instance);
        var text = new ConcurrentQueue<string>();
        var options = NetworkOptions.OnMemory with
        {
            Hocon = $"encryption.suites = [\"{RecordingSuite.Instance.Name}\"]",
            EachNode = node => node with { SystemHocon = Talkative, OnSystem = system => Listen(system, text) },
        };
        var files = new List<string>();
        await using (var network = await TestNetwork.FullAsync(2, options))
        {
            await ExchangeAsync(network, text);
            files.AddRange(network.Nodes.Select(node => node.KeyPem));
            Dump(network, text);
            BadKeys(network[0].Environment.Settings.Identity, text);
            await network[1].KillAsync();
            await network[1].StartAsync();
            await network[0].LinkedToAsync("chain", network[1]);
        }

        Assert.True(text.Count > 100, $"only {text.Count} texts");
        Assert.True(RecordingSuite.Keys.Count >= 10, $"only {RecordingSuite.Keys.Count} keys");
        Assert.All(RecordingSuite.Keys, key => AssertAbsent(key, text));
        Assert.All(files.Select(PrivateScalar), key => AssertAbsent(key, text));
    }

    [Fact]
    public void The_search_finds_key_material_in_each_form_in_which_text_could_hold_it()
    {
        var key = RandomNumberGenerator.GetBytes(16);
        foreach (var form in new[] { Convert.ToHexString(key), Convert.ToHexStringLower(key), Convert.ToBase64String(key), string.Join(", ", key), BitConverter.ToString(key) })
        {
            Assert.True(Shows("before " + form + " after", key), form);
        }

        Assert.False(Shows("nothing of it " + Convert.ToHexString(RandomNumberGenerator.GetBytes(16)), key));
    }

    private static async Task ExchangeAsync(TestNetwork network, ConcurrentQueue<string> text)
    {
        var (a, b) = (network[0], network[1]);
        var events = a.Observe("chain");
        await b.RegisterAsync("chain", "tx", static _ => "answer"u8.ToArray());
        Assert.IsType<Reply>(await a.RequestAsync("chain", b, "tx", new byte[100]));
        text.Enqueue((await a.RequestAsync("chain", b, "nobody's", new byte[1])).ToString()!);
        await a.BroadcastAsync("chain", "tx", new byte[10]);
        text.Enqueue((await a.PeersAsync("chain")).ToString());
        text.Enqueue(events.Log.ToString()!);
    }

    private static void Dump(TestNetwork network, ConcurrentQueue<string> text)
    {
        foreach (var node in network.Nodes)
        {
            text.Enqueue(node.CountersText());
            text.Enqueue(node.Environment.ToString());
            text.Enqueue(node.Environment.Settings.ToString());
            text.Enqueue(node.Environment.Identity.ToString()!);
            text.Enqueue(node.Environment.Identity.Key.ToString()!);
        }
    }

    private static void BadKeys(IdentitySettings settings, ConcurrentQueue<string> text)
    {
        var (mine, other) = (TestConsortium.Ours.Issue("x"), TestConsortium.Ours.Issue("y"));
        var body = mine.KeyPem.Split('\n')[1];
        foreach (var pem in new[] { mine.KeyPem.Replace(body, body[..^8], StringComparison.Ordinal), other.KeyPem, mine.KeyPem + mine.KeyPem })
        {
            NodeIdentity.TryCreate(pem, mine.ChainPem, mine.CaPem, IdentityCurves.P256, null, settings, DateTimeOffset.UtcNow, out _, out var errors);
            foreach (var error in errors)
            {
                text.Enqueue(error.ToString());
            }

            Assert.DoesNotContain(errors, error => error.ToString().Contains(body[..16], StringComparison.Ordinal));
        }

        AssertAbsent(PrivateScalar(mine.KeyPem), text);
        AssertAbsent(PrivateScalar(other.KeyPem), text);
    }

    private static void Listen(ActorSystem system, ConcurrentQueue<string> text)
    {
        var listener = system.ActorOf(Props.Create(() => new Listener(text)), "everything");
        foreach (var channel in new[] { typeof(LogEvent), typeof(DeadLetter), typeof(UnhandledMessage) })
        {
            system.EventStream.Subscribe(listener, channel);
        }

        system.EventStream.SetLogLevel(LogLevel.DebugLevel);
    }

    private static byte[] PrivateScalar(string pem)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return key.ExportParameters(includePrivateParameters: true).D!;
    }

    private static void AssertAbsent(byte[] key, ConcurrentQueue<string> text) =>
        Assert.DoesNotContain(text, line => Shows(line, key));

    /// <summary>Half a key is as bad as a whole one: both halves are looked for.</summary>
    private static bool Shows(string text, byte[] key)
    {
        var (first, last) = (key.AsSpan(0, key.Length / 2).ToArray(), key.AsSpan(key.Length / 2).ToArray());
        // Base64 of a part differs at its edge, so only what whole triples give is compared.
        var base64 = Convert.ToBase64String(first)[..(first.Length / 3 * 4)];
        return text.Contains(base64, StringComparison.Ordinal) || new[] { first, last }.Any(part =>
            text.Contains(Convert.ToHexString(part), StringComparison.OrdinalIgnoreCase)
            || text.Contains(BitConverter.ToString(part), StringComparison.OrdinalIgnoreCase)
            || text.Contains(string.Join(", ", part), StringComparison.Ordinal)
            || text.Contains(string.Join(",", part), StringComparison.Ordinal));
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(ConcurrentQueue<string> text)
        {
            Receive<DeadLetter>(letter => text.Enqueue($"{letter} {letter.Message}"));
            Receive<UnhandledMessage>(unhandled => text.Enqueue($"{unhandled} {unhandled.Message}"));
            Receive<LogEvent>(logged => text.Enqueue(logged.ToString()!));
        }
    }

    /// <summary>AES-128-GCM that remembers every key it is given.</summary>
    private sealed class RecordingSuite : AeadSuite
    {
        public static RecordingSuite Instance { get; } = new();

        public static ConcurrentBag<byte[]> Keys { get; } = [];

        public override string Name => "recorded-gcm";

        public override int KeyLengthBytes => AeadSuites.Aes128Gcm.KeyLengthBytes;

        public override SuiteHash Hash => AeadSuites.Aes128Gcm.Hash;

        public override bool IsSupported => true;

        public override IAeadCipher CreateCipher(ReadOnlySpan<byte> key)
        {
            Keys.Add(key.ToArray());
            return AeadSuites.Aes128Gcm.CreateCipher(key);
        }
    }
}
