namespace ActorP2P;

/// <content>
/// Epochs under this node's key that others have seen. Soon after the start they are of an earlier run whose store was lost, or
/// restored, while the clock is behind: this run goes on above them, once that is saved. Later they are of another node that
/// has the same key.
/// </content>
public sealed partial class Hypernet
{
    private static readonly TimeSpan SaveRetry = TimeSpan.FromMinutes(1);

    private void HandleEpochs()
    {
        Receive<OwnEpochSeen>(seen => HandleOwnEpoch(seen.Epoch));
        Receive<OwnKeyMet>(met => RaiseDuplicate(met.Epoch, met.Proof));
        Receive<EpochSaved>(HandleSaved);
        Receive<LearnAgain>(again => Learn(again.Seen));
    }

    private void HandleOwnEpoch(ulong seen)
    {
        var epochs = _environment.Epochs;
        if (seen <= epochs.Current)
        {
            return;
        }

        if (epochs.MayLearn)
        {
            Learn(seen);
        }
        else
        {
            RaiseDuplicate(seen, "a state");
        }
    }

    private void RaiseDuplicate(ulong epoch, string proof)
    {
        _environment.Counters.Add("link.duplicate-identity");
        _log.Error("another process has this node's key: {0} under epoch {1} shows it", proof, epoch);
        TellManagers(_slots, new NetworkAlarm.OwnKeyElsewhere(_environment.Trust.Identity.Id, epoch));
    }

    // Saved away from this thread: a disk may take its time.
    private void Learn(ulong seen)
    {
        var self = Self;
        _environment.Epochs.Learn(seen, Now, result => self.Tell(new EpochSaved(seen, result), ActorRefs.NoSender));
    }

    private void HandleSaved(EpochSaved saved)
    {
        if (!saved.Result.Ok)
        {
            // Until then it goes on as it is: whoever has seen the higher epoch takes nothing that it signs.
            _environment.Counters.Add("epoch.not-saved." + ReasonName.Of(saved.Result.Failure));
            _log.Error("this node has been seen under epoch {0}, and a higher one cannot be saved: {1}", saved.Seen, saved.Result.Detail);
            Context.System.EventStream.Publish(new P2PNode.EpochNotSaved(saved.Seen, saved.Result.Failure, saved.Result.Detail));
            Timers.StartSingleTimer(nameof(LearnAgain), new LearnAgain(saved.Seen), SaveRetry);
            return;
        }

        _environment.Counters.Add("epoch.learnt");
        TellManagers(_slots, PeerManager.BeginAnew.Instance);
        throw new EpochLearntException(saved.Seen, saved.Result.Epoch);
    }
}
