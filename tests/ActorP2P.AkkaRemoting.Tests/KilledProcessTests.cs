namespace ActorP2P.AkkaRemoting.Tests;

/// <summary>Two operating system processes, one of which dies without a word and is started again.</summary>
public sealed class KilledProcessTests
{
    private const string Hocon = """
        akka.remote { untrusted-mode = off, retry-gate-closed-for = 1s, watch-failure-detector.acceptable-heartbeat-pause = 10s }
        """;

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_process_killed_by_SIGKILL_is_reported_terminated_and_its_successor_is_reached_and_watched()
    {
        await using var consortium = new RemotingConsortium("a", "b");
        consortium.Start("a", Hocon);
        var uids = new HashSet<long>();
        for (var life = 0; life < 2; life++)
        {
            await using var host = await consortium.StartProcessAsync("b", Hocon, Long);
            var echo = await RemotingConsortium.EventuallyAsync(() => RemotingTests.Select(consortium, "a", "b", "echo").ResolveOne(TimeSpan.FromSeconds(3)), Long);
            Assert.True(uids.Add(echo.Path.Uid), "another incarnation");
            var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            var watcher = consortium["a"].ActorOf(Props.Create(() => new Watcher(echo, ended)));
            Assert.Equal("watching", await watcher.Ask<string>("ready?", Long));
            Assert.Equal(life, await echo.Ask<int>(life, Long));
            Assert.False(ended.Task.IsCompleted, "it lives");

            await host.KillAsync();
            Assert.True(await ended.Task.WaitAsync(Long));
        }
    }
}
