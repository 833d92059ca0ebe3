using System.Net;
using System.Net.Sockets;
using ActorP2P.Tests.Network;

namespace ActorP2P.Tests.Physical;

/// <summary>What a node does about strangers while members come and go.</summary>
public sealed class AdmissionGateTests
{
    private const string Hocon = """
        admission {
          cpu-share = 0.01, member-cpu-share = 0.01, rate-per-second = 100000, burst = 100000
          member-rate-per-second = 100000, member-burst = 100000
        }
        """;

    [Fact]
    public async Task Over_the_budget_a_handshake_is_refused_with_its_reason_and_links_that_are_up_stay()
    {
        // One hundredth of a core: a second's worth is 10 ms, which one attempt after another uses up.
        await using var network = await TestNetwork.FullAsync(2, NetworkOptions.OnMemory with { Memory = null, Hocon = Hocon });
        var observer = network[0].Observe("chain", typeof(PeerDown));
        var target = IPEndPoint.Parse(network[0].Address);
        for (var i = 0; i < 200; i++)
        {
            using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await stranger.ConnectAsync(target);
            }
            catch (SocketException)
            {
                // Refused faster than the connection was made here.
            }
        }

        await network[0].CountsAsync("link.refused.cpu-budget-spent");
        Assert.Empty(observer.Log.Of<PeerDown>());
    }
}
