namespace ActorP2P.AkkaRemoting.Tests;

public sealed class AkkaSectionTests
{
    [Fact]
    public void What_Akka_read_is_what_the_node_reads()
    {
        var akka = Akka.Configuration.ConfigurationFactory.ParseString("""
            actorp2p {
              network { id = "a \"b\" \\ c", listen = [], peers = [{ address = "h:1" }, "i:2"], insecure = on }
              link.drain-timeout = 3s
              "key.with.dots" = 1 MiB
              crl.files = ["x", "y"]
            }
            other = 1
            """).WithFallback(Akka.Configuration.ConfigurationFactory.ParseString("actorp2p { network { id = below, data-directory = d }\n crl.files = [\"below\"] }"));
        var ours = AkkaSection.Read(akka, "actorp2p");
        Assert.Equal("a \"b\" \\ c", ours.GetString("actorp2p.network.id"));
        Assert.Equal("d", ours.GetString("actorp2p.network.data-directory"));
        Assert.Empty(ours.GetStringList("actorp2p.network.listen"));
        Assert.Equal(["x", "y"], ours.GetStringList("actorp2p.crl.files"));
        Assert.Equal(TimeSpan.FromSeconds(3), ours.GetTimeSpan("actorp2p.link.drain-timeout"));
        Assert.True(ours.GetBoolean("actorp2p.network.insecure"));
        Assert.False(ours.HasPath("other"));
        var settings = SettingsReader.Read(AkkaSection.Read(Akka.Configuration.ConfigurationFactory.ParseString(
            "actorp2p { network { id = n\n listen = []\n peers = [{ address = \"h:1\" }, \"i:2\"] } }"), "actorp2p")).Settings!;
        Assert.Equal(["h:1", "i:2"], settings.Network.Peers.Select(static peer => peer.Address));
        Assert.Empty(settings.Network.Listen);
    }

    [Fact]
    public void A_section_that_is_nested_without_end_is_an_error()
    {
        var text = string.Concat(Enumerable.Repeat("{ a = ", 40)) + "1" + new string('}', 40);
        Assert.Throws<Akka.Configuration.ConfigurationException>(() => AkkaSection.Read(Akka.Configuration.ConfigurationFactory.ParseString("actorp2p = " + text), "actorp2p"));
    }
}
