using System.Net;
using ActorP2P.Tests.Manager;

namespace ActorP2P.Tests.Physical;

/// <summary>Which addresses of third parties are dialled.</summary>
public sealed class AddressPolicyTests
{
    [Theory]
    [InlineData("10.1.2.3:30300", true)]
    [InlineData("192.168.0.7:30300", true)]
    [InlineData("203.0.113.9:30300", true)]
    [InlineData("[2001:db8::7]:30300", true)]
    [InlineData("[fd12:3456::1]:30300", true)]
    [InlineData("127.0.0.1:30300", false)]
    [InlineData("127.8.9.10:22", false)]
    [InlineData("0.0.0.0:30300", false)]
    [InlineData("169.254.169.254:80", false)]
    [InlineData("100.100.100.200:80", false)]
    [InlineData("168.63.129.16:80", false)]
    [InlineData("224.0.0.1:30300", false)]
    [InlineData("255.255.255.255:30300", false)]
    [InlineData("[::1]:30300", false)]
    [InlineData("[::]:30300", false)]
    [InlineData("[fe80::1]:30300", false)]
    [InlineData("[fd00:ec2::254]:80", false)]
    [InlineData("[::ffff:127.0.0.1]:30300", false)]
    [InlineData("[::ffff:169.254.169.254]:80", false)]
    [InlineData("[64:ff9b::a9fe:a9fe]:80", false)]
    [InlineData("2130706433:80", false)]
    [InlineData("node.example:30300", false)]
    [InlineData("10.1.2.3", false)]
    public void Special_addresses_and_names_of_others_are_not_dialled(string address, bool isAccepted) =>
        Assert.Equal(isAccepted, Policy(string.Empty).Accepts(address));

    [Fact]
    public void A_configured_prefix_allows_what_it_holds_and_no_more()
    {
        var policy = Policy("""discovery.allow = ["127.0.0.0/30", "::1/128"]""");
        Assert.True(policy.Accepts("127.0.0.1:1"));
        Assert.True(policy.Accepts("[::1]:1"));
        Assert.False(policy.Accepts("127.0.0.9:1"));
        Assert.False(policy.Accepts("169.254.169.254:80"));
    }

    [Fact]
    public void A_name_is_dialled_when_names_are_on_and_what_it_resolves_to_is_judged()
    {
        var policy = Policy("discovery.names = on");
        Assert.True(policy.Accepts("node.example:30300"));
        Assert.False(policy.Accepts(IPAddress.Loopback));
        Assert.True(policy.Accepts(IPAddress.Parse("10.0.0.1")));
    }

    private static AddressPolicy Policy(string settings) => new(TestMembers.Settings(settings).Discovery);
}
