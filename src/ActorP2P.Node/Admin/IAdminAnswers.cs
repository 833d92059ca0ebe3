namespace ActorP2P.Program.Admin;

/// <summary>Finds what was asked.</summary>
internal interface IAdminAnswers
{
    /// <summary>The answer, or an error, as one line.</summary>
    Task<ReadOnlyMemory<byte>> AnswerAsync(AdminRequest request, CancellationToken cancellation);
}
