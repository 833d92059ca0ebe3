using ActorP2P.Transport;

namespace ActorP2P.Tests.Configuration;

/// <summary>A learnt epoch on a disk.</summary>
public sealed class NodeEpochTests : IDisposable
{
    private static readonly DateTimeOffset Behind = DateTimeOffset.FromUnixTimeMilliseconds(1_000);

    private readonly string _directory = Directory.CreateTempSubdirectory("actorp2p-learnt-").FullName;

    [Fact]
    public void A_learnt_epoch_is_on_the_disk_before_it_is_in_force_and_the_next_start_goes_on_above_it()
    {
        var start = new FileEpochStore(_directory).Next(Behind, 0).Epoch;
        var epochs = Epochs(start);
        ulong onDisk = 0;
        epochs.Learn(5_000, Behind, _ => onDisk = new FileEpochStore(_directory).Next(Behind, 0).Epoch - 1);
        Assert.Equal((5_001ul, 5_001ul), (onDisk, epochs.Current));
        Assert.Equal(5_003ul, new FileEpochStore(_directory).Next(Behind, 0).Epoch);
    }

    [Fact]
    public void A_full_disk_keeps_the_present_epoch_and_a_later_attempt_learns()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var start = new FileEpochStore(_directory).Next(Behind, 0).Epoch;
        var temporary = Path.Combine(_directory, FileEpochStore.FileName + ".tmp");
        File.CreateSymbolicLink(temporary, "/dev/full");
        var epochs = Epochs(start);
        var results = new List<EpochResult>();
        epochs.Learn(5_000, Behind, results.Add);
        Assert.Equal(EpochFailure.DiskFull, results[0].Failure);
        Assert.Equal((start, true), (epochs.Current, epochs.MayLearn));
        File.Delete(temporary);
        epochs.Learn(5_000, Behind, results.Add);
        Assert.Equal(5_001ul, epochs.Current);
    }

    [Fact]
    public async Task Saving_runs_on_a_thread_of_its_own_and_answers_once()
    {
        var epochs = new NodeEpoch(1, new FileEpochStore(_directory), TimeProvider.System);
        var saved = new TaskCompletionSource<EpochResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        epochs.Learn(5_000, Behind, saved.SetResult);
        Assert.Equal(5_001ul, (await saved.Task).Epoch);
        Assert.Equal(5_001ul, epochs.Current);
    }

    [Fact]
    public void A_minute_after_the_first_link_a_higher_epoch_is_somebody_elses()
    {
        var clock = new StillClock();
        var epochs = new NodeEpoch(1, new MemoryEpochStore(), clock, static work => work());
        clock.Ticks += TimeSpan.FromHours(1).Ticks;
        Assert.True(epochs.MayLearn);
        epochs.NoteLinked();
        clock.Ticks += TimeSpan.FromSeconds(59).Ticks;
        epochs.NoteLinked();
        Assert.True(epochs.MayLearn);
        clock.Ticks += TimeSpan.FromSeconds(1).Ticks;
        Assert.False(epochs.MayLearn);
    }

    [Fact]
    public void What_was_seen_in_time_and_could_not_be_saved_is_learnt_after_the_minute_too()
    {
        var (clock, store) = (new StillClock(), new FailingStore());
        var epochs = new NodeEpoch(1, store, clock, static work => work());
        epochs.NoteLinked();
        var results = new List<EpochResult>();
        epochs.Learn(10, Behind, results.Add);
        Assert.False(results[0].Ok);
        clock.Ticks += TimeSpan.FromHours(1).Ticks;
        Assert.True(epochs.MayLearn);
        store.Fails = false;
        epochs.Learn(10, Behind, results.Add);
        Assert.True(results[1].Ok);
        Assert.False(epochs.MayLearn);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private NodeEpoch Epochs(ulong start) => new(start, new FileEpochStore(_directory), TimeProvider.System, static work => work());

    private sealed class FailingStore : IEpochStore
    {
        private readonly MemoryEpochStore _memory = new();

        public bool Fails { get; set; } = true;

        public EpochResult Next(DateTimeOffset now, ulong atLeast) =>
            Fails ? new EpochResult(0, EpochFailure.DiskFull, "no space left") : _memory.Next(now, atLeast);
    }

    private sealed class StillClock : TimeProvider
    {
        public long Ticks { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Ticks;
    }
}
