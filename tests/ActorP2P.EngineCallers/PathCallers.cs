namespace EngineCallers;

public sealed class PathCallers : Caller
{
    private static readonly Address Here = new("akka.tcp", "callers", "near", 1);

    [Fact]
    public void A_path_that_names_its_own_host_keeps_it_and_any_other_takes_the_address_it_is_given()
    {
        var elsewhere = ActorPath.Parse("akka.tcp://other@far:7/user/a#17");
        Assert.Equal("akka.tcp://other@far:7/user/a", elsewhere.ToStringWithAddress(Here));
        Assert.Equal("akka.tcp://other@far:7/user/a#17", elsewhere.ToSerializationFormatWithAddress(Here));

        var local = new RootActorPath(new Address("akka", "callers")) / "user" / "a";
        Assert.Equal("akka.tcp://callers@near:1/user/a", local.ToStringWithAddress(Here));
        Assert.Equal("akka.tcp://callers@near:1/user/a#17", local.WithUid(17).ToSerializationFormatWithAddress(Here));
        Assert.Equal("akka://callers/user/a", local.ToStringWithAddress());
        Assert.Equal("/user/a", local.ToStringWithoutAddress());
        Assert.Equal("user/a", ActorPath.FormatPathElements(["user", "a"]));
    }

    [Fact]
    public async Task A_selection_says_where_it_starts_and_of_which_incarnation()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Doer(Recorder)), "anchor");
        await Handled(actor);
        Assert.NotEqual(0, actor.Path.Uid);
        Assert.Equal($"ActorSelection[Anchor(akka://callers/user/anchor#{actor.Path.Uid}), Path(/child/*)]", new ActorSelection(actor, "child/*").ToString());
        Assert.Equal("ActorSelection[Anchor(akka://callers/), Path(/user/anchor)]", Sys.ActorSelection("/user/anchor").ToString());
    }
}
