using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Tests.Manager;

/// <summary>The documented ranges of what modules send.</summary>
public sealed class MessageRulesTests
{
    private const string Ns = TestMembers.Ledger;

    private static readonly P2PSettings Settings = TestMembers.Settings();

    private static readonly MessageRules Rules = new(Settings, TestMembers.Identity(0).Id);

    private static NodeId Other => TestMembers.Identity(1).Id;

    public static TheoryData<NamespaceRouter.INamespaceMessage, SendFailure> OutOfRange => new()
    {
        { new NamespaceRouter.Unicast(Ns, Other, "", default), SendFailure.Invalid },
        { new NamespaceRouter.Unicast(Ns, null!, "vote", default), SendFailure.Invalid },
        { new NamespaceRouter.Unicast(Ns, TestMembers.Identity(0).Id, "vote", default), SendFailure.ToSelf },
        { new NamespaceRouter.Unicast(Ns, Other, "vote", new byte[Settings.Channel.MaxMessageBytes + 1]), SendFailure.TooLarge },
        { new NamespaceRouter.Unicast(Ns, Other, "vote", new byte[Settings.Channel.MaxMessageBytes]) { Head = new byte[1] }, SendFailure.TooLarge },
        { new NamespaceRouter.Request(Ns, Other, "ask", default, TimeSpan.Zero), SendFailure.Invalid },
        { new NamespaceRouter.Request(Ns, Other, "ask", default, Settings.Channel.MaxRequestTimeout + TimeSpan.FromTicks(1)), SendFailure.Invalid },
        { new NamespaceRouter.Multicast(Ns, "", "block", default), SendFailure.Invalid },
        { new NamespaceRouter.Multicast(Ns, new string('t', Settings.Dissemination.MaxTopicBytes + 1), "block", default), SendFailure.Invalid },
        { new NamespaceRouter.Broadcast(Ns, null!, default), SendFailure.Invalid },
        { new NamespaceRouter.Broadcast(Ns, "block", new byte[Settings.Channel.MaxMessageBytes]), SendFailure.TooLarge },
        { new NamespaceRouter.Subscribe(Ns, "\ud800"), SendFailure.Invalid },
        { new NamespaceRouter.SetStatus(Ns, "", default), SendFailure.Invalid },
        { new NamespaceRouter.SetStatus(Ns, "height", new byte[Settings.StateSync.MaxStatusValueBytes + 1]), SendFailure.TooLarge },
        { new NamespaceRouter.Observe(Ns, null!, []), SendFailure.Invalid },
        { new NamespaceRouter.Observe(Ns, ActorRefs.Nobody, [typeof(string)]), SendFailure.Invalid },
        { new NamespaceRouter.Register(Ns, "vote", ActorRefs.Nobody, Protocol: new ProtocolRange("pbft", 3, 2)), SendFailure.Invalid },
        { new NamespaceRouter.GetStatus(Ns, null!), SendFailure.Invalid },
    };

    [Theory]
    [MemberData(nameof(OutOfRange), DisableDiscoveryEnumeration = true)]
    public void What_is_out_of_range_is_refused_with_its_reason(NamespaceRouter.INamespaceMessage message, SendFailure reason) =>
        Assert.Equal(reason, Rules.Judge(message));

    [Fact]
    public void The_ends_of_the_ranges_are_inside()
    {
        Assert.Null(Rules.Judge(new NamespaceRouter.Unicast(Ns, Other, new string('t', Settings.Channel.MaxTypeNameBytes), new byte[Settings.Channel.MaxMessageBytes])));
        Assert.Null(Rules.Judge(new NamespaceRouter.Request(Ns, Other, "ask", default, Settings.Channel.MaxRequestTimeout)));
        Assert.Null(Rules.Judge(new NamespaceRouter.Broadcast(Ns, "b", new byte[Settings.Channel.MaxMessageBytes - MessageRules.MulticastHeadBytes])));
        Assert.Null(Rules.Judge(new NamespaceRouter.Subscribe(Ns, new string('t', Settings.Dissemination.MaxTopicBytes))));
        Assert.Null(Rules.Judge(new NamespaceRouter.SetStatus(Ns, "height", new byte[Settings.StateSync.MaxStatusValueBytes])));
    }
}
