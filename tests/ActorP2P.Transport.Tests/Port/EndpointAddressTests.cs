namespace ActorP2P.Transport.Tests.Port;

public class EndpointAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:80", "127.0.0.1", 80)]
    [InlineData("[::1]:0", "::1", 0)]
    [InlineData("node-1.example.org:65535", "node-1.example.org", 65535)]
    public void Well_formed_addresses_are_read_and_written_back(string text, string host, int port)
    {
        Assert.True(EndpointAddress.TryParse(text, out var address));
        Assert.Equal((host, port), (address.Host, address.Port));
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(":80")]
    [InlineData("host")]
    [InlineData("host:")]
    [InlineData("host:-1")]
    [InlineData("host:65536")]
    [InlineData("host: 80")]
    [InlineData("::1:80")]
    [InlineData("[::1:80")]
    [InlineData("[]:80")]
    [InlineData("[host]:80")]
    [InlineData("http://host:80")]
    public void Malformed_addresses_are_refused(string? text) => Assert.False(EndpointAddress.TryParse(text, out _));

    [Fact]
    public void A_host_longer_than_a_DNS_name_can_be_is_refused() =>
        Assert.False(EndpointAddress.TryParse(new string('a', EndpointAddress.MaxHostLength + 1) + ":1", out _));
}
