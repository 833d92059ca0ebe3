namespace ActorP2P.Program.Demo;

/// <summary>Shows a running demo.</summary>
internal interface IDemoView
{
    /// <summary>The demo begins something new.</summary>
    void Stage(string text);

    /// <summary>Something changed; may be called often.</summary>
    void Update(DemoState state);
}
