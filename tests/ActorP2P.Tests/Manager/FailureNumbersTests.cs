using ActorP2P.Protocol.Channel;

namespace ActorP2P.Tests.Manager;

public sealed class FailureNumbersTests
{
    [Fact]
    public void A_failure_on_the_wire_is_told_to_modules_under_its_own_name() =>
        Assert.All(Enum.GetValues<ChannelFailure>(), failure => Assert.Equal(failure.ToString(), ((SendFailure)failure).ToString()));
}
