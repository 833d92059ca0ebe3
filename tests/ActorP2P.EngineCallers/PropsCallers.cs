namespace EngineCallers;

public sealed class PropsCallers : Caller
{
    public static TheoryData<string> Forms => ["expression", "generic", "type", "producer", "no arguments"];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Every_form_of_props_makes_its_actor(string form)
    {
        var number = 7;
        var props = form switch
        {
            "expression" => Props.Create(() => new Numbered(number, "expression")),
            "generic" => Props.Create<Numbered>(number, form),
            "type" => Props.Create(typeof(Numbered), number, form),
            "producer" => Props.CreateBy(new Producer(number, form)),
            _ => Props.Create<Numbered>(),
        };
        Assert.Equal(typeof(Numbered), props.Type);
        var answer = await Sys.ActorOf(props).Ask<string>("who", Limit);
        Assert.Equal(form == "no arguments" ? "0 none" : $"7 {form}", answer);
    }

    [Fact]
    public async Task Props_are_changed_by_copies_that_keep_the_rest()
    {
        var plain = Props.Create(() => new Numbered(1, "x"));
        var changed = plain.WithDispatcher("akka.actor.default-dispatcher").WithSupervisorStrategy(SupervisorStrategy.StoppingStrategy);
        Assert.NotSame(plain, changed);
        Assert.Same(SupervisorStrategy.StoppingStrategy, changed.SupervisorStrategy);
        Assert.Null(plain.SupervisorStrategy);
        Assert.Equal("1 x", await Sys.ActorOf(changed, "named").Ask<string>("who", Limit));
    }

    [Theory]
    [InlineData("")]
    [InlineData("$dollar")]
    [InlineData("a/b")]
    [InlineData("späce ")]
    public void A_name_that_is_no_path_element_is_refused(string name) =>
        Assert.Throws<InvalidActorNameException>(() => Sys.ActorOf(Props.Create<Numbered>(), name));

    [Fact]
    public async Task A_name_is_taken_as_long_as_its_actor_lives()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Doer(Recorder)));
        Task<IActorRef> MakeChild() => parent.Ask<IActorRef>(
            new Do(self => self.Sender.Tell(Doer.Context.Watch(Doer.Context.ActorOf(Props.Create<Numbered>(), "unique")))), Limit);
        var first = await MakeChild();
        parent.Tell(new Do(_ => Recorder.Tell(Assert.Throws<InvalidActorNameException>(() => Doer.Context.ActorOf(Props.Create<Numbered>(), "unique")).GetType().Name)));
        await Expect("InvalidActorNameException");
        Sys.Stop(first);
        await Expect("terminated unique");
        var second = await MakeChild();
        Assert.NotEqual(first, second);
        Assert.Equal(first.Path, second.Path);
        Assert.NotEqual(first.Path.Uid, second.Path.Uid);
    }

    [Fact]
    public void An_actor_made_with_new_is_refused()
    {
        // On a thread of its own: that of the test may be one on which an actor's run was continued.
        Exception? refused = null;
        var thread = new Thread(() => refused = Record.Exception(static () => new Numbered()));
        thread.Start();
        thread.Join();
        Assert.IsType<ActorInitializationException>(refused);
    }

    [Fact]
    public void Paths_have_names_parents_elements_and_text()
    {
        var path = Sys.ActorOf(Props.Create<Numbered>(), "leaf").Path;
        Assert.Equal("akka://callers/user/leaf", path.ToString());
        Assert.Equal(["user", "leaf"], path.Elements);
        Assert.Equal("user", path.Parent.Name);
        Assert.Equal(path, path.Parent / "leaf");
        Assert.Equal("/user/leaf", path.ToStringWithoutAddress());
        Assert.Equal(path, ActorPath.Parse("akka://callers/user/leaf"));
        Assert.Equal(new Address("akka", "callers"), path.Address);
        Assert.False(ActorPath.TryParse("no path", out _));
    }

    private sealed class Producer(int number, string text) : IIndirectActorProducer
    {
        public Type ActorType => typeof(Numbered);

        public ActorBase Produce() => new Numbered(number, text);

        public void Release(ActorBase actor)
        {
        }
    }

    private sealed class Numbered : UntypedActor
    {
        private readonly string _name;

        public Numbered()
            : this(0, "none")
        {
        }

        public Numbered(int number, string text) => _name = $"{number} {text}";

        protected override void OnReceive(object message) => Sender.Tell(_name);
    }
}
