using Google.Protobuf;

namespace ActorP2P.AkkaRemoting.Tests;

/// <summary>A member with a genuine certificate that speaks for another.</summary>
public sealed class ForgedAddressTests
{
    private const string Namespace = "akka.remoting";
    private static readonly TimeSpan Soon = RemotingConsortium.Soon;

    [Fact]
    public async Task An_association_that_claims_another_members_address_is_refused()
    {
        await using var consortium = new RemotingConsortium("a", "b", "liar");
        consortium.StartAll();
        await SayAsync(consortium, RemotingWire.Compose(RemotingKind.Associate, Key(consortium), consortium.AddressOf("b").ToString()));
        await CountsAsync(consortium, "akka.refused.forged-address");
    }

    [Fact]
    public async Task A_handshake_inside_an_honest_association_that_claims_another_members_address_ends_it()
    {
        await using var consortium = new RemotingConsortium("a", "b", "liar");
        consortium.StartAll();
        var key = Key(consortium);
        await SayAsync(consortium, RemotingWire.Compose(RemotingKind.Associate, key, consortium.AddressOf("liar").ToString()));
        await SayAsync(consortium, PdusMessage.Compose(key, 0, [ByteString.CopyFrom(AkkaPduTests.Handshake(NodeAddress.HostOf(consortium.IdOf("b"))))]));
        await CountsAsync(consortium, "akka.refused.forged-address");
    }

    [Fact]
    public async Task A_member_holds_a_bounded_number_of_associations_and_others_are_served()
    {
        await using var consortium = new RemotingConsortium("a", "b", "liar");
        consortium.StartAll("akka.remote { untrusted-mode = off, p2p.max-associations-per-node = 2 }");
        consortium["b"].ActorOf(Props.Create(() => new Echo()), "echo");
        for (var id = 1ul; id <= 3; id++)
        {
            await SayAsync(consortium, RemotingWire.Compose(RemotingKind.Associate, Key(consortium) with { Id = id }, consortium.AddressOf("liar").ToString()));
        }

        await CountsAsync(consortium, "akka.refused.too-many-associations");
        var echo = await RemotingTests.ResolveAsync(consortium, "a", "b", "echo");
        Assert.Equal(1, await echo.Ask<int>(1, Soon));
    }

    [Fact]
    public async Task Garbage_from_a_member_is_counted_and_others_are_served()
    {
        await using var consortium = new RemotingConsortium("a", "b", "liar");
        consortium.StartAll();
        consortium["b"].ActorOf(Props.Create(() => new Echo()), "echo");
        await SayAsync(consortium, [0xff, 1, 2]);
        await SayAsync(consortium, PdusMessage.Compose(Key(consortium), 0, [ByteString.CopyFromUtf8("x")]));
        await CountsAsync(consortium, "akka.refused.malformed");
        await CountsAsync(consortium, "akka.refused.unknown-association");
        var echo = await RemotingTests.ResolveAsync(consortium, "a", "b", "echo");
        Assert.Equal(1, await echo.Ask<int>(1, Soon));
    }

    private static AssociationKey Key(RemotingConsortium consortium) => new(consortium.IdOf("a"), 7, OpenedByUs: true);

    private static Task<Sent> SayAsync(RemotingConsortium consortium, byte[] message) => RemotingConsortium.EventuallyAsync(async () =>
        Assert.IsType<Sent>(await P2PRemoting.Get(consortium["liar"]).Router.Ask<object>(
            new NamespaceRouter.Unicast(Namespace, consortium.IdOf("a"), "akka.pdu", message, Confirm: true), Soon)));

    private static Task<bool> CountsAsync(RemotingConsortium consortium, string counter) => RemotingConsortium.EventuallyAsync(() =>
    {
        Assert.True(P2PRemoting.Get(consortium["a"]).Counters.Value(counter) > 0, counter);
        return Task.FromResult(true);
    });
}
