namespace ActorP2P.Program.Demo;

/// <summary>Shows a running demo.</summary>
internal interface IDemoView
{
    /// <summary>The demo begins something new.</summary>
    void Stage(string text);

    /// <summary>Something changed; may be called often.</summary>
    void Update(DemoState state);

    /// <summary>The demo has ended; this is the last state to show.</summary>
    void Finish(DemoState state);
}
