namespace EngineCallers;

public sealed class AskCallers : Caller
{
    [Fact]
    public async Task An_ask_is_answered_in_every_form()
    {
        var echo = Echo();
        Assert.Equal("plain", await echo.Ask("plain", Limit));
        Assert.Equal("typed", await echo.Ask<string>("typed", Limit));
        Assert.Equal("token", await echo.Ask<string>("token", CancellationToken.None));
        Assert.Equal("both", await echo.Ask<string>("both", Limit, CancellationToken.None));
        Assert.Equal("factory", await echo.Ask<string>(self => new Answer("factory", self), Limit, CancellationToken.None));
    }

    [Fact]
    public async Task An_ask_fails_by_time_by_cancellation_by_status_and_by_type()
    {
        var echo = Echo();
        await Assert.ThrowsAsync<AskTimeoutException>(() => echo.Ask<string>(new Silence(), TimeSpan.FromMilliseconds(50)));
        using var cancel = new CancellationTokenSource();
        var cancelled = echo.Ask<string>(new Silence(), cancel.Token);
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await Assert.ThrowsAsync<FormatException>(() => echo.Ask<string>(new Status.Failure(new FormatException("bad")), Limit));
        await Assert.ThrowsAnyAsync<Exception>(() => echo.Ask<int>("no number", Limit));
        Assert.Equal("status", ((Status.Success)await echo.Ask<object>(new Status.Success("status"), Limit)).Status);
    }

    [Fact]
    public async Task A_task_is_piped_as_its_result_as_what_is_made_of_it_or_as_its_failure()
    {
        await Task.FromResult("result").PipeTo(Recorder);
        await Expect("result");
        await Task.FromResult(3).PipeTo(Recorder, success: i => i + 1);
        await Expect(4);
        await Task.FromException<int>(new FormatException("bad")).PipeTo(Recorder);
        Assert.IsType<FormatException>((await Next<Status.Failure>()).Cause);
        await Task.FromException<int>(new FormatException("bad")).PipeTo(Recorder, failure: e => e.Message);
        await Expect("bad");
        await Task.CompletedTask.PipeTo(Recorder, success: () => "done");
        await Expect("done");
    }

    [Fact]
    public async Task A_piped_result_has_the_sender_that_was_given()
    {
        var echo = Echo();
        await Task.FromResult("there and back").PipeTo(echo, Recorder);
        await Expect("there and back");
    }

    [Fact]
    public async Task Identify_and_selections_find_actors_by_path_wildcard_and_parent()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Doer(Recorder)), "parent");
        foreach (var name in new[] { "one", "two" })
            await parent.Ask<IActorRef>(new Do(self => self.Sender.Tell(Doer.Context.ActorOf(Props.Create(() => new Doer(Recorder)), name))), Limit);
        Assert.Equal(parent, await Sys.ActorSelection("/user/parent").ResolveOne(Limit));
        Assert.Equal("two", (await Sys.ActorSelection("/user/parent/two").Ask<ActorIdentity>(new Identify("id"), Limit)).Subject.Path.Name);
        Sys.ActorSelection("/user/parent/*").Tell("all");
        Assert.Equal(["one got all", "two got all"], new[] { await Next<string>(), await Next<string>() }.Order());
        Sys.ActorSelection("/user/p?rent/t*").Tell("some");
        await Expect("two got some");
        parent.Tell(new Do(_ => Doer.Context.ActorSelection("one/../two").Tell("relative", Recorder)));
        await Expect("two got relative");
        await Assert.ThrowsAsync<ActorNotFoundException>(() => Sys.ActorSelection("/user/nobody").ResolveOne(TimeSpan.FromMilliseconds(300)));
        Assert.Null((await Sys.ActorSelection("/user/nobody").Ask<ActorIdentity>(new Identify(1), Limit)).Subject);
    }

    [Fact]
    public async Task A_selection_that_finds_nothing_says_so_and_a_wildcard_that_branches_does_not()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Doer(Recorder)), "parent");
        foreach (var name in new[] { "one", "two" })
            await parent.Ask<IActorRef>(new Do(self => self.Sender.Tell(Doer.Context.ActorOf(Props.Create(() => new Doer(Recorder)), name))), Limit);
        Sys.ActorSelection("user/parent/one").Tell("from the root");
        await Expect("one got from the root");
        Sys.ActorSelection("/user/parent/*/missing").Tell(new Identify("branches"), Recorder);
        Sys.ActorSelection("/user/parent/t*/missing").Tell(new Identify("one branch"), Recorder);
        Sys.ActorSelection("").Tell(new Identify("empty"), Recorder);
        Sys.ActorSelection("/deadLetters").Tell(new Identify("dead letters"), Recorder);
        foreach (var (id, subject) in new (string, IActorRef?)[] { ("one branch", null), ("empty", ActorRefs.Nobody), ("dead letters", ActorRefs.Nobody) })
        {
            var identity = await Next<ActorIdentity>();
            Assert.Equal((id, subject), ((string)identity.MessageId, identity.Subject));
        }
    }

    [Theory]
    [InlineData("/", "/")]
    [InlineData("..", "/")]
    [InlineData("/user", "/user")]
    [InlineData("user/", "/user")]
    [InlineData("system", "/system")]
    [InlineData("akka://callers/", "/")]
    public async Task The_guardians_are_found_by_their_paths(string path, string found) =>
        Assert.Equal(found, (await Sys.ActorSelection(path).Ask<ActorIdentity>(new Identify(1), Limit)).Subject.Path.ToStringWithoutAddress());

    [Theory]
    [InlineData("akka://elsewhere/user", false)]
    [InlineData("a/b/c", false)]
    [InlineData("foo://user", true)]
    [InlineData("deadLetters/", true)]
    public async Task Who_is_not_there_is_null_and_what_is_no_path_is_nobody(string path, bool nobody)
    {
        var identity = await Sys.ActorSelection(path).Ask<ActorIdentity>(new Identify(1), Limit);
        Assert.Equal(nobody ? ActorRefs.Nobody : null, identity.Subject);
    }

    [Fact]
    public void A_path_has_ancestors_and_a_unique_id()
    {
        var path = Echo().Path / "child" / "grandchild";
        Assert.Equal("user", path.ParentOf(1).Name);
        Assert.Equal("child", path.ParentOf(-1).Name);
        Assert.Equal(17, path.WithUid(17).Uid);
        Assert.Equal(path, path.WithUid(17));
    }

    [Fact]
    public async Task An_answer_of_the_wrong_type_is_a_dead_letter_too()
    {
        Sys.EventStream.Subscribe(Recorder, typeof(DeadLetter));
        await Assert.ThrowsAnyAsync<Exception>(() => Echo().Ask<int>("no number", Limit));
        Assert.Equal("no number", (await Next<DeadLetter>()).Message);
    }

    [Fact]
    public async Task A_graceful_stop_says_whether_the_actor_ended_in_time()
    {
        Assert.True(await Echo().GracefulStop(Limit));
        Assert.True(await Echo().GracefulStop(Limit, PoisonPill.Instance));
        Assert.False(await Echo().GracefulStop(TimeSpan.FromMilliseconds(50), new Silence()));
    }

    private IActorRef Echo() => Sys.ActorOf(Props.Create(() => new Echoing()));

    private sealed record Silence;

    private sealed record Answer(string Text, IActorRef To);

    private sealed class Echoing : ReceiveActor
    {
        public Echoing()
        {
            Receive<Silence>(_ => { });
            Receive<Answer>(a => a.To.Tell(a.Text));
            ReceiveAny(m => Sender.Tell(m));
        }
    }
}
