namespace ActorP2P;

/// <summary>
/// The typed answer to a module's message that could not be done: each message of the router's vocabulary has the
/// answer its sender waits for, so no refusal is silent and nobody waits for a timeout.
/// </summary>
internal static class Refusal
{
    /// <summary>Tells <paramref name="sender"/> why <paramref name="message"/> was not done.</summary>
    public static void Answer(NamespaceRouter.INamespaceMessage message, SendFailure reason, IActorRef? sender, IActorRef self) =>
        Tell(sender, AnswerTo(message, reason), self);

    /// <summary>
    /// Tells <paramref name="sender"/> that a lane is full. What can be repeated after <see cref="Ready"/> comes back
    /// to it; a request fails, since its deadline runs.
    /// </summary>
    public static void AnswerBusy(NamespaceRouter.INamespaceMessage message, IActorRef? sender, IActorRef self) =>
        Tell(
            sender,
            message is NamespaceRouter.Unicast or NamespaceRouter.Multicast or NamespaceRouter.Broadcast
                ? new SendRefused(message.Namespace, SendFailure.Busy, message)
                : AnswerTo(message, SendFailure.Busy),
            self);

    private static void Tell(IActorRef? sender, object? answer, IActorRef self)
    {
        if (answer is not null && !sender.IsNobody())
        {
            sender!.Tell(answer, self);
        }
    }

    private static object? AnswerTo(NamespaceRouter.INamespaceMessage message, SendFailure reason) => message switch
    {
        NamespaceRouter.Unicast m => new SendFailed(m.Namespace, m.To, m.Type, reason, m.CorrelationId),
        NamespaceRouter.Request m => new RequestFailed(m.Namespace, m.To, m.Type, reason, m.CorrelationId),
        NamespaceRouter.Multicast m => new SendFailed(m.Namespace, null, m.Type, reason, m.CorrelationId),
        NamespaceRouter.Broadcast m => new SendFailed(m.Namespace, null, m.Type, reason, m.CorrelationId),
        NamespaceRouter.Register m => new RegisterRefused(m.Namespace, m.Type, reason.ToString()),
        NamespaceRouter.Unregister m => new RegisterRefused(m.Namespace, m.Type, reason.ToString()),
        NamespaceRouter.Consumed => null, // An acknowledgement: who sends it waits for nothing.
        NamespaceRouter.Open m => new OpenRefused(m.Namespace, reason.ToString()),
        NamespaceRouter.Subscribe m => new StateRefused(m.Namespace, m.Topic, reason.ToString()),
        NamespaceRouter.Unsubscribe m => new StateRefused(m.Namespace, m.Topic, reason.ToString()),
        NamespaceRouter.SetStatus m => new StateRefused(m.Namespace, m.Key, reason.ToString()),
        _ => new StateRefused(message.Namespace, message.GetType().Name, reason.ToString()),
    };
}
