namespace ActorP2P.Actors.Event;

/// <summary>
/// Logs dead letters up to a number, then falls silent for a time: a flood of them must not become a flood of log. The first
/// one after the silence tells how many were left out.
/// </summary>
internal sealed class DeadLetterListener : UntypedActor
{
    private readonly ActorSystemImpl _system = (ActorSystemImpl)Context.System;
    private TimeSpan? _silentUntil;
    private int _count;

    private Settings Settings => _system.Settings;

    protected override void OnReceive(object message)
    {
        if (message is not AllDeadLetters dead || dead.Message is IDeadLetterSuppression)
            return;
        if (dead is UnhandledMessage && Settings.DebugUnhandledMessage)
            Publish(new Debug(dead.Recipient.Path.ToString(), dead.Recipient.GetType(), $"Unhandled message from {dead.Sender} : {dead.Message}"));
        if (Settings.LogDeadLetters > 0 && (!_system.IsTerminating || Settings.LogDeadLettersDuringShutdown))
            Count(dead);
    }

    private void Count(AllDeadLetters dead)
    {
        _count = _count == int.MaxValue ? 1 : _count + 1;
        if (Settings.LogDeadLetters == int.MaxValue)
        {
            Log(dead, "");
            return;
        }

        var now = _system.Scheduler.MonotonicClock;
        if (_silentUntil is { } end)
        {
            if (now < end)
                return;
            Log(dead, $", of which {_count - Settings.LogDeadLetters - 1} were not logged. The counter will be reset now");
            _silentUntil = null;
            _count = 0;
        }
        else if (_count < Settings.LogDeadLetters)
        {
            Log(dead, "");
        }
        else
        {
            var forEver = Settings.LogDeadLettersSuspendDuration == Timeout.InfiniteTimeSpan;
            Log(dead, ", no more dead letters will be logged" + (forEver ? "" : $" in next [{Settings.LogDeadLettersSuspendDuration}]"));
            _silentUntil = forEver ? TimeSpan.MaxValue : now + Settings.LogDeadLettersSuspendDuration;
        }
    }

    private void Log(AllDeadLetters dead, string close)
    {
        var from = IsKnown(dead.Sender) ? $" from {dead.Sender}" : "";
        var to = dead is DeadLetter || IsKnown(dead.Recipient) ? $" to {dead.Recipient}" : "";
        var what = dead switch
        {
            Dropped dropped => $"dropped. {dropped.Reason}",
            UnhandledMessage => "unhandled",
            _ => "not delivered",
        };
        Publish(new Info(
            dead.Recipient.Path.ToString(),
            dead.Recipient.GetType(),
            $"Message [{dead.Message.GetType().Name}]{from}{to} was {what}. [{_count}] dead letters encountered{close}. See akka.log-dead-letters."));
    }

    private bool IsKnown(IActorRef? actor) => actor is not null and not DeadLetterActorRef && !ReferenceEquals(actor, _system.DeadLetters);

    private void Publish(LogEvent logEvent) => _system.EventStream.Publish(logEvent);
}
