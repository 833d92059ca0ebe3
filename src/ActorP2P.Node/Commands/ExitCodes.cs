namespace ActorP2P.Program.Commands;

/// <summary>What the program answers its caller.</summary>
public static class ExitCodes
{
    /// <summary>The work is done.</summary>
    public const int Done = 0;

    /// <summary>The work failed; standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong; standard error says how.</summary>
    public const int WrongUsage = 2;
}
