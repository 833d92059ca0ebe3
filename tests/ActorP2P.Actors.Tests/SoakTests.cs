using ActorP2P.Soak;

namespace ActorP2P.EngineTests;

/// <summary>Short rounds of what <c>scripts/soak</c> runs for long.</summary>
public sealed class SoakTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_message_is_handled_or_a_dead_letter_and_every_watch_ends_in_one_notice(int seed)
    {
        await using var soak = new EngineSoak(operations: 20_000);
        Assert.StartsWith($"seed {seed}: 60000 messages", await soak.RunRoundAsync(seed), StringComparison.Ordinal);
    }
}
