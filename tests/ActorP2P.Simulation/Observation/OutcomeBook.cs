namespace ActorP2P.Simulation;

/// <summary>A confirmed unicast or a request, and what became of it.</summary>
/// <param name="Sender">Number of the node that sent it.</param>
/// <param name="SenderLife">Which life of that node.</param>
/// <param name="Receiver">Number of the node that it is for.</param>
/// <param name="IsRequest">True for a request.</param>
public sealed record Conversation(int Sender, int SenderLife, int Receiver, bool IsRequest)
{
    /// <summary>True when a module at the receiver was given it.</summary>
    public bool HasArrived { get; set; }

    /// <summary>True when the sender was told that it was taken, or was given the reply.</summary>
    public bool IsDone { get; set; }

    /// <summary>Why it failed, as the sender was told; null while it was not.</summary>
    public SendFailure? Failure { get; set; }
}

/// <summary>The judge of outcomes: each unicast and each request has one, and it tells the truth.</summary>
public sealed class OutcomeBook(Action<string> violated)
{
    private readonly List<Conversation> _conversations = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<Conversation> All => _conversations;

    /// <summary>A node begins one; answers its number.</summary>
    public int Begin(int sender, int life, int receiver, bool isRequest)
    {
        _conversations.Add(new Conversation(sender, life, receiver, isRequest));
        return _conversations.Count - 1;
    }

    /// <summary>The receiver's module was given it.</summary>
    public void Arrived(int number) => _conversations[number].HasArrived = true;

    /// <summary>The sender is told that it was taken, or is given the reply.</summary>
    public void Succeeded(int number)
    {
        var it = _conversations[number];
        if (!it.HasArrived)
        {
            violated($"node {it.Sender} was told that node {it.Receiver} had taken what it never saw");
        }

        JudgeOnce(it);
        it.IsDone = true;
    }

    /// <summary>The sender is told that it failed.</summary>
    public void Failed(int number, SendFailure reason)
    {
        var it = _conversations[number];

        // A request that arrived may still fail: its reply was lost.
        if (it is { HasArrived: true, IsRequest: false } && reason != SendFailure.DeliveryUnknown)
        {
            violated($"node {it.Sender} was told {reason} of what node {it.Receiver} had taken");
        }

        JudgeOnce(it);
        it.Failure = reason;
    }

    private void JudgeOnce(Conversation it)
    {
        if (it.IsDone || it.Failure is not null)
        {
            violated($"node {it.Sender} was told two outcomes of one message to node {it.Receiver}");
        }
    }
}
