namespace ActorP2P;

/// <content>What happens with each beat: ends of certificates, silence of the remote, age of keys.</content>
public sealed partial class Link
{
    private void Beat()
    {
        var now = Now;
        if (_remoteCertificateEnd <= now)
        {
            Drain("certificate-expired");
            return;
        }

        if (_environment.Trust.Identity.NotAfter <= now)
        {
            Drain("own-certificate-expired");
            return;
        }

        _writer.Control.Beat();
        if (_pulse.Tick(Steady))
        {
            // Our own timer was late: what the remote sent meanwhile may lie in the mailbox and comes first.
            Self.Tell(JudgeSilence.Instance);
        }
        else
        {
            Judge();
        }

        RenewKeys();
        _writer.Pump();
        EndWhenExhausted();
    }

    private void RenewKeys()
    {
        if (_writer.RenewKeys(Steady) is { } failure)
        {
            End(ReasonName.Of(failure));
        }
    }

    // What came meanwhile may lie in the mailbox and is read first.
    private void Look(DateTimeOffset at)
    {
        _pulse.NoteLate(Steady - at);
        Self.Tell(JudgeSilence.Instance);
    }

    private void Judge()
    {
        if (_pulse.IsSilent(Steady))
        {
            End("silent");
        }
        else if (_pulse.SilentBeforeNextTick(Steady) is { } wait)
        {
            Timers.StartSingleTimer(LookTimer, new LookDue(Steady + wait), wait);
        }
    }
}
